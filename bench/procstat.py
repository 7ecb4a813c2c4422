"""What the benchmarks read from /proc: CPU time and memory of a process tree, and facts about the machine."""
import dataclasses
import os
import platform
import re
import subprocess

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def process_tree(pid):
    """`pid` and its descendants that still run."""
    pids = [pid]
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as children:
                for child in children.read().split():
                    pids += process_tree(int(child))
    except (FileNotFoundError, ProcessLookupError):
        pass
    return pids


@dataclasses.dataclass
class Cpu:
    """CPU time in seconds. `run` is the scheduler's own account, finer than the ticks of user and system."""
    user: float = 0.0
    system: float = 0.0
    run: float = 0.0

    def __sub__(self, other):
        return Cpu(self.user - other.user, self.system - other.system, self.run - other.run)


def cpu_of_tree(pid):
    total = Cpu()
    for one in process_tree(pid):
        try:
            with open(f"/proc/{one}/stat", encoding="utf-8", errors="replace") as stat:
                fields = stat.read().rsplit(")", 1)[1].split()
            total.user += int(fields[11]) / TICKS_PER_SECOND
            total.system += int(fields[12]) / TICKS_PER_SECOND
            for task in os.listdir(f"/proc/{one}/task"):
                with open(f"/proc/{one}/task/{task}/schedstat", encoding="ascii") as schedstat:
                    total.run += int(schedstat.read().split()[0]) / 1e9
        except (FileNotFoundError, ProcessLookupError):
            continue
    return total


def memory_kib(pid, field):
    """`field` of /proc/PID/status, e.g. VmRSS or VmHWM."""
    with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as status:
        return int(re.search(rf"^{field}:\s+(\d+) kB", status.read(), re.M)[1])


def forget_peak(pid):
    """Makes VmHWM count from now."""
    with open(f"/proc/{pid}/clear_refs", "w", encoding="ascii") as clear_refs:
        clear_refs.write("5")


def _first_line(argv):
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    return ((done.stdout + done.stderr).splitlines() or ["?"])[0].strip()


def machine_facts():
    """Lines about the machine and the programs, without names or paths of this machine."""
    model = "unknown processor"
    with open("/proc/cpuinfo", encoding="utf-8") as cpuinfo:
        match = re.search(r"^model name\s*:\s*(.*)$", cpuinfo.read(), re.M)
        if match:
            model = match[1]
    kernel = re.match(r"\d+\.\d+(\.\d+)?", platform.release())[0]
    nginx = _first_line(["nginx", "-v"]).removeprefix("nginx version: nginx/")
    haproxy = re.search(r"[\d.]+", _first_line(["haproxy", "-v"]))[0].rstrip(".")
    return [
        f"{model}, {os.cpu_count()} CPUs, Linux {kernel}",
        f"{_first_line(['g++', '--version'])}; nginx {nginx}, HAProxy {haproxy}",
    ]
