"""In Chinese: help, wrong uses and tables."""

import os
import subprocess
import sys

from core.cli.printing import columns
from core.language import VARIABLE, speaking


def test_help_and_a_wrong_use_are_said_in_chinese(command_line):
    with speaking("zh"):
        code, out, _ = command_line("runs", "rename", "--help")
        assert code == 0 and "新名字" in out and "the new name" not in out
        assert "管理训练记录" in command_line("--help")[1]
        code, out, err = command_line("train")
        assert code == 2 and err.startswith("attnlab: 请说明要学什么：--task reverse") and not out
    assert "the new name" in command_line("runs", "rename", "--help")[1]


def test_the_environment_says_in_which_language():
    command = [sys.executable, "-c", "from core.cli import main; main()", "train"]
    done = subprocess.run(command, env={**os.environ, VARIABLE: "zh"}, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 2 and done.stderr.startswith("attnlab: 请说明要学什么：--task reverse")


def test_chinese_signs_take_two_columns():
    with speaking("zh"):
        assert columns([["逆序", 1], ["abcde", 2]], ["任务", "n"]).splitlines() == ["任务   n", "逆序   1", "abcde  2"]
