package org.unmute.cli;

import picocli.CommandLine.Option;

/** Options of commands that compute with tensors. */
public final class ComputeOptions {
    @Option(names = {"--device", "--backend"}, order = 91, paramLabel = "NAME", defaultValue = "auto",
            description = "What computes: cpu, opencl (opencl:1 for the second device), a backend that 'unmute doctor' lists, or auto for "
                    + "the fastest on the processor (default: ${DEFAULT-VALUE}).")
    String backend;

    @Option(names = "--threads", order = 92, paramLabel = "N", defaultValue = "0",
            description = "Threads to compute with; 0 means all cores (default: ${DEFAULT-VALUE}).")
    int threads;

    /** The backend asked for. */
    public String backend() {
        return backend;
    }

    /**
     * The number of threads to use.
     *
     * @throws CommandException if a negative number was given
     */
    public int threads() {
        if (threads < 0) {
            throw new CommandException(ExitCode.USAGE, "--threads must not be negative: " + threads);
        }
        return threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
    }
}
