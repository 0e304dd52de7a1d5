"""What the code never does with what comes from outside: run it, unpickle it, unpack it anywhere, make elements or formulas of it.

By the syntax of all that is shipped, and of the tests; the limits and the readers themselves are met by tests/faults.
"""

import ast
import re

from tests.test_architecture import DRAWN, SHIPPED, TESTS, UNPICKLERS, UNPICKLING, found, imports, named

SHELLS = {"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput", "pty.spawn"}
UNPACKING = {"extractall", "extract", "unpack_archive"}  # of zips and tars: they write where an entry says
TREES_OF_XML = {"xml.dom", "xml.sax", "lxml", "xml.etree"}


def test_tests_unpickle_nothing_but_what_they_must_see_refused():
    """A pickle that a test makes is bytes for a reader to refuse; none is ever loaded."""
    loads = {f"{name}.{call}" for name in UNPICKLERS for call in ("load", "loads", "Unpickler")} | UNPICKLING - {
        "torch.save"
    }
    bad = [f"{at} {ast.unparse(node)}" for at, node in found(TESTS, ast.Call) if ast.unparse(node.func) in loads]
    for at, node in found(TESTS, ast.Call):
        reads = ast.unparse(node.func).endswith(("np.load", "numpy.load"))
        bad += [
            at for word in node.keywords if reads and word.arg == "allow_pickle" and ast.unparse(word.value) != "False"
        ]
    assert not bad, bad


def test_yaml_is_read_by_a_safe_loader_only():
    loaders = {"SafeLoader", "CSafeLoader", "_LOADER"}
    bad = []
    for at, node in found([*SHIPPED, *TESTS], ast.Call):
        if re.fullmatch(
            r"yaml\.(load|load_all|unsafe_load|full_load|compose|compose_all|parse|scan)", ast.unparse(node.func)
        ):
            given = [ast.unparse(one) for one in (*node.args[1:], *(word.value for word in node.keywords))]
            bad += [] if any(one.rpartition(".")[2] in loaders for one in given) else [f"{at} {ast.unparse(node)}"]
    assert not bad, bad


def test_no_shell_is_asked():
    bad = [f"{at} {name}" for at, name in imports(SHIPPED) if name in {"os.system", "os.popen"}]
    for at, node in found(SHIPPED, ast.Call):
        shell = [word for word in node.keywords if word.arg == "shell" and ast.unparse(word.value) != "False"]
        bad += [f"{at} {ast.unparse(node)}"] if shell or ast.unparse(node.func) in SHELLS else []
    assert not bad, bad


def test_nothing_is_unpacked_to_where_an_archive_says():
    calls = [
        f"{at} {node.func.attr}" for at, node in found(SHIPPED, ast.Call) if getattr(node.func, "attr", "") in UNPACKING
    ]
    tars = [f"{at} {name}" for at, name in imports(SHIPPED) if name.partition(".")[0] == "tarfile"]
    assert not calls and not tars, (calls, tars)


def test_xml_is_made_a_tree_of_where_no_document_type_can_be_only():
    """expat reads figures; annotations of pictures are read as a tree behind a check that refuses every document type."""
    trees = {at.partition(":")[0] for at, name in imports(SHIPPED) if any(name.startswith(one) for one in TREES_OF_XML)}
    assert trees == {"core/data/pascal_voc.py"}


def test_models_from_elsewhere_bring_no_code():
    calls = [node for _, node in found(SHIPPED, ast.Call) if getattr(node.func, "attr", "") == "from_pretrained"]
    for node in calls:
        told = {word.arg: ast.unparse(word.value) for word in node.keywords}
        assert told.get("trust_remote_code") == "False" and told.get("local_files_only") == "True", ast.unparse(node)
    assert len(calls) >= 2
    trusted = [
        at
        for at, node in found(SHIPPED, ast.keyword)
        if node.arg == "trust_remote_code" and ast.unparse(node.value) != "False"
    ]
    assert not trusted, trusted


def test_scripts_set_text_and_never_html():
    """Whatever a token says, it is a text node: nothing in a script makes elements of a string."""
    making = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|setHTML|DOMParser|javascript:|\.on\w+ *= *[\"'`]"
    )
    bad = [f"{named(path)}: {made[0]}" for path in DRAWN for made in [making.search(path.read_text("utf-8"))] if made]
    assert not bad, bad


def test_cells_for_spreadsheets_are_written_in_one_file():
    """csv's writers and pandas' own would write a token such as =1+1 as a formula."""
    writing = re.compile(r"csv\.(writer|DictWriter)|\.to_csv\(|\.to_excel\(")
    writers = {
        at.partition(":")[0]
        for at, node in found(SHIPPED, ast.Call)
        if writing.match(f"{ast.unparse(node.func)}(")
        or re.search(r"frame\w*\.to_(csv|excel)$|table\.to_(csv|excel)$", ast.unparse(node.func))
    }
    assert writers == {"core/data/spreadsheet.py"}


def test_what_is_uploaded_is_read_in_one_file_which_keeps_the_limits():
    """Streamlit leaves the limit of a box to the browser."""
    reading = {at.partition(":")[0] for at, node in found(SHIPPED, ast.Attribute) if node.attr == "getvalue"}
    assert {name for name in reading if name.startswith("dashboard")} == {"dashboard/components/uploaded.py"}
