"""What the runner asks of a module in this folder:

    TITLE      of its table
    SUBJECTS   who is measured, in this order in each round
    FIGURES    {key of a sample: heading}, in the order of the columns
    BARS       bench.figures.bar.Bar, one a line below the table
    measure(stage, subject)   one sample: a dict with figures and "noise", the latter a list of
                              what the meters noticed"""

from bench.cast.stage import IMAGINED

BULLMQ = "fastify+BullMQ"
LEAN = "lean Node"

__all__ = ["BULLMQ", "IMAGINED", "LEAN", "cost"]


def cost(meter, requests, scale=1e6):
    """CPU of each part for one request, in microseconds unless another scale is asked for."""
    service = scale * meter.cpu["service"] / requests
    redis = scale * meter.cpu.get("redis", 0.0) / requests
    return {"cpu": service + redis, "service": service, "redis": redis, "noise": [meter.noise]}
