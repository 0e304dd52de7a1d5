"""Links of every page: as it opens, and with other settings; what trains is named with few steps."""

QUICK = [
    "attention",
    "attention?run=demo/reverse-transformer&source=abc&target=cba&reduction=max+over+heads&head=2",
    "attention?run=demo/reverse-transformer&source=abc&beside=demo/reverse-gru",
    "attention_by_hand",
    "attention_by_hand?score=additive&heads=2&positions=sinusoidal&temperature=0.5",
    "attention_by_hand?where=On+a+real+sentence&run=demo/reverse-transformer&source=abcd&head=2",
    "depth?run=demo/reverse-transformer&source=abcd&carry=attention+flow&layer=1",
    "depth?depth=Head+by+head&run=demo/reverse-transformer&source=abcd",
    "depth?depth=Explain+a+token&run=demo/reverse-transformer&source=abcd&erasure=left+out",
    "inspect_alignment",
    "positions?positions=rotary&positions+count=12&positions+shift=5",
    "masks?length=12&causal=true&window=3",
    "masks?over=a+graph&edges=1-2,2>3&nodes=4&loops=false&speaker=node+2",
    "norms?norms+kind+start=RMS+norm&norms+layers=4&norms+seed=3",
    "norms?norms+part=Training&norms+depth=2&norms+runs=pre-norm&norms+runs=no+residual&trained=3",
    "rivals?twin+kernel=blur&twin+size=5&twin+painted=0,0,1;3,4,0.5&twin+query=2.7",
    "claims?claim=record_mix&claim+seed=3&lecture+step=10",
    "decoder?run=demo/reverse-transformer&source=abcd&search=beam&path=9.8",
    "compare?run=demo/reverse-transformer&source=abcd&searches=greedy;beam:width=3",
    "intervene?run=demo/reverse-transformer&source=abcd&settings=beam:width=3"
    '&edits=[{"site":"decoder.layers.0.cross_attention.attention","head":1}]',
    "sampling?run=demo/reverse-transformer&source=abcd&settings=sampling:draws=7,seed=3,temperature=2&draw=3&repeated+n=1",
    "beam_size?swept=demo/reverse-transformer&widths=1&widths=3&sweep+n=3&sweep+nodes=50",
    "by_hand?by+hand+beam.width=3&by+hand+sampling.seed=5",
    "train",
    "train?watch=demo/reverse-gru&beside=demo/reverse-transformer,demo/dates-gru&scrub+demo/reverse-gru=250&task=dates",
    "train?watch=demo/reverse-transformer&scrub+demo/reverse-transformer=0&site=encoder.layers.0.self_attention.attention&head=2",
]
"""A second or so each, and one more for a Python of its own."""
