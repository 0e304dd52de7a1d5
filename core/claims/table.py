"""All claims. In which order they are told, the lecture says (lecture.py)."""

from core.claims.alibi import AlibiLonger
from core.claims.bleu_reward import BleuReward
from core.claims.block import Block, FullyConnected
from core.claims.claim import AbstractClaim
from core.claims.convolution import Convolution
from core.claims.copying import Copying
from core.claims.coverage import Coverage
from core.claims.cross_entropy import CrossEntropy
from core.claims.cross_sources import CrossSources
from core.claims.data_size import DataSize
from core.claims.degeneration import Degeneration
from core.claims.detection import Detection
from core.claims.detection_floors import BloodCells, PlacedDigits
from core.claims.distillation import Distilled
from core.claims.emotions import Emotions
from core.claims.encoders import Encoders
from core.claims.exactness import Exactness
from core.claims.explanation import Explanation
from core.claims.feature_map_attention import FeatureMapClaim
from core.claims.few_pictures import FewPictures
from core.claims.frame_rate import FrameRate
from core.claims.graph import Graph
from core.claims.guided import GuidedSooner
from core.claims.head_off import HeadOff
from core.claims.heads import Heads
from core.claims.hokkien import DirectSpeech
from core.claims.hokkien_text import HokkienText, HokkienWords
from core.claims.ladder import SpokenLadder
from core.claims.ladder_kinds import LadderKinds
from core.claims.length_cost import LengthCost
from core.claims.likeliest import Likeliest
from core.claims.linear_recurrence import LinearRecurrence
from core.claims.listops import ListOps
from core.claims.mask_predict import Remasked
from core.claims.molecules import MoleculeClasses
from core.claims.multi_label import MultiLabelSets
from core.claims.multimodality import Multimodality
from core.claims.no_future import NoFuture
from core.claims.node_order import NodeOrder
from core.claims.normalizers import Normalizers
from core.claims.one_hot import OneHot
from core.claims.one_wrong import OneWrong
from core.claims.order import Order
from core.claims.parsing import OwnTreebank, Parsing, TreesOnly
from core.claims.performer import PerformerError
from core.claims.pointer_network import PointerNetwork
from core.claims.positions import Positions
from core.claims.power_norm import PowerNormCause
from core.claims.pre_post import PrePost
from core.claims.pretraining import Pretraining
from core.claims.question_answering import Questions
from core.claims.reach import Reach
from core.claims.real_sets import Citations, Handwritten, SpokenDigits
from core.claims.recall import Recall
from core.claims.record_mix import RecordMix
from core.claims.same_word import SameWord
from core.claims.scaling import Scaling
from core.claims.scheduled_sampling import SampledPrefix
from core.claims.scores import Scores
from core.claims.sentiment import SentimentClaim
from core.claims.set_size import SetSize
from core.claims.spoken_chance import SpokenChance
from core.claims.step_by_step import StepByStep
from core.claims.summaries import Summaries
from core.claims.tagging import TaggingClaim
from core.claims.telling import Telling
from core.claims.three_tasks import ThreeTasks
from core.claims.truncated import Truncated
from core.claims.window import Window
from core.claims.wiring import Wiring
from core.claims.word_classes import WordClasses

CLAIMS: dict[str, type[AbstractClaim]] = {
    "window": Window,
    "tagging": TaggingClaim,
    "sentiment": SentimentClaim,
    "scaling": Scaling,
    "normalizers": Normalizers,
    "heads": Heads,
    "order": Order,
    "positions": Positions,
    "alibi": AlibiLonger,
    "pre_post": PrePost,
    "power_norm": PowerNormCause,
    "word_classes": WordClasses,
    "pretraining": Pretraining,
    "truncated": Truncated,
    "graph": Graph,
    "convolution": Convolution,
    "feature_map_attention": FeatureMapClaim,
    "data_size": DataSize,
    "few_pictures": FewPictures,
    "reach": Reach,
    "recall": Recall,
    "length_cost": LengthCost,
    "performer": PerformerError,
    "listops": ListOps,
    "wiring": Wiring,
    "explanation": Explanation,
    "bleu_reward": BleuReward,
    "guided": GuidedSooner,
    "scheduled_sampling": SampledPrefix,
    "ladder": SpokenLadder,
    "ladder_kinds": LadderKinds,
    "multimodality": Multimodality,
    "mask_predict": Remasked,
    "distillation": Distilled,
    "copying": Copying,
    "coverage": Coverage,
    "detection": Detection,
    "placed_digits": PlacedDigits,
    "blood_cells": BloodCells,
    "parsing": Parsing,
    "trees_only": TreesOnly,
    "treebank": OwnTreebank,
    "multi_label": MultiLabelSets,
    "emotions": Emotions,
    "direct_speech": DirectSpeech,
    "hokkien_text": HokkienText,
    "hokkien_words": HokkienWords,
    "question_answering": Questions,
    "spoken_digits": SpokenDigits,
    "handwritten": Handwritten,
    "citations": Citations,
    "molecules": MoleculeClasses,
    "block": Block,
    "fully_connected": FullyConnected,
    "cross_entropy": CrossEntropy,
    "cross_sources": CrossSources,
    "degeneration": Degeneration,
    "encoders": Encoders,
    "exactness": Exactness,
    "frame_rate": FrameRate,
    "head_off": HeadOff,
    "likeliest": Likeliest,
    "linear_recurrence": LinearRecurrence,
    "no_future": NoFuture,
    "node_order": NodeOrder,
    "one_hot": OneHot,
    "one_wrong": OneWrong,
    "record_mix": RecordMix,
    "same_word": SameWord,
    "scores": Scores,
    "set_size": SetSize,
    "spoken_chance": SpokenChance,
    "step_by_step": StepByStep,
    "summaries": Summaries,
    "pointer_network": PointerNetwork,
    "telling": Telling,
    "three_tasks": ThreeTasks,
}
