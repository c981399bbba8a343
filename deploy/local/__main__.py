"""`make run`: every service on this machine, under one supervisor."""

import asyncio

from .plan import Plan
from .supervisor import Supervisor, check_ports, locked

plan = Plan.from_environment()
with locked(plan.home):
    check_ports(plan)
    plan.prepare()
    print(f"Starting; logs are in {plan.home / 'logs'} ...", flush=True)
    asyncio.run(Supervisor(plan).run())
