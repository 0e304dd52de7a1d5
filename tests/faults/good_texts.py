"""Small texts of every kind that a reader takes, from which the damaged ones are made."""

PAIRS = b"the cat\tle chat\nthe dog sits\tle chien\n=1+1\t@x\n" * 3
ROWS = b'[{"source": "a b", "target": ["c", "d"]}, {"source": "e", "target": "f"}]'
SQUAD = b'{"data": [{"paragraphs": [{"context": "it is Ada", "qas": [{"question": "who", "answers": [{"text": "Ada"}]}]}]}]}'
TALK = b"categories:\n- x\nconversations:\n- - Hello\n  - Hi\n- - How are you?\n  - Good\n"
TREES = b"(S (NP (D the) (N cat)) (VP (V sat)))\n( (S (NP (N dogs)) (VP (V run))) )\n"
CONLLU = b"# sent_id = 1\n1\tthe\tthe\tDET\tD\t_\t2\tdet\t_\t_\n2\tcat\tcat\tNOUN\tN\t_\t0\troot\t_\t_\n\n" * 4
LABELLED = b"good film\t1\nbad film\t0\nfine\t1,2\n" * 4
GRAPH = b"1\tx\ttrain\t0.5,0.1\n2\ty\ttest\t0.2,0.3\n3\tx\tval\t1.0,0.0\n===\n1\t2\n2\t3\n"
GRAPHS = b"2\n3 1\n0 1 1\n0 2 0 2\n1 1 1\n2 0\n0 1 1\n0 1 0\n"
RECIPE = b'schema = "attnlab/run/1"\nseed = 1\n[task]\nname = "reverse"\n[model]\nname = "transformer"\nwidth = 16\n[training]\nsteps = 5\n'
HISTORY = (
    b'{"id": 1, "predicted_tokens": [["a", "b"], ["</s>", "c"], ["<pad>", "</s>"]], "predicted_ids": [[4, 5], [2, 6], [0, 2]], '
    b'"parent_ids": [[0, 0], [0, 1], [0, 1]], "scores": [[1.0, 2.0], [1.5, 3.0], [1.5, 3.5]], '
    b'"normalized_scores": [[1.0, 2.0], [0.7, 1.5], [0.7, 1.2]]}'
)
