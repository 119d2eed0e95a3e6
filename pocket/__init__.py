"""Pocket: a small language model for the support desk of one fictional outdoor shop.

Everything that made it is in this folder, one idea a file:

    bank/         sentences written for the course, with slots such as {name}
    bank.py       reads them and checks that they are in order
    slots.py      makes the values that fill the slots
    noise.py      typing errors and other accidents
    tasks.py      turns sentences into (prompt, answer) pairs, the labels following rules
    tokenizer.py  byte-level BPE with 1,024 entries
    model.py      the network
    train.py      the training loop
    export.py     writes the GGUF file
    evaluate.py   runs the GGUF in llama.cpp and counts right answers

Only tokenizer, model, train and export need PyTorch and its companions.
"""
