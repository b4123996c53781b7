package org.unmute.cli.option;

import java.util.Locale;
import org.unmute.cli.console.CommandException;
import org.unmute.events.encoder.KnownDigests;
import org.unmute.options.HelpTopic;
import org.unmute.tensor.backend.Backends;
import picocli.CommandLine.Option;

/** Options of commands that compute with tensors. */
@HelpTopic("Options of every command")
public final class ComputeOptions {
    @Option(
            names = {"--device", "--backend"},
            order = 91,
            paramLabel = "NAME",
            description = "Backend to compute with: cpu, opencl or cuda (cuda:1 for the second device), a backend that"
                    + " 'unmute doctor' lists, or auto for the fastest on the processor (default:"
                    + " ${DEFAULT-VALUE}).")
    String backend = "auto";

    @Option(
            names = "--threads",
            order = 92,
            paramLabel = "N",
            description = "Number of threads; 0 means all cores (default: ${DEFAULT-VALUE}).")
    int threads;

    @Option(
            names = "--precision",
            order = 93,
            paramLabel = "NAME",
            defaultValue = "fp32",
            description =
                    "What a CUDA device of compute capability 8.0 or more may round operands to, for its tensor cores:"
                            + " fp32 (nothing), tf32 or bf16. For matrix products, attention and float prototypes; sums"
                            + " are float32. Binarized prototypes are matched exactly in any case, and other devices"
                            + " compute in float32 (default: ${DEFAULT-VALUE}).")
    Precision precision;

    @Option(
            names = "--profile",
            order = 94,
            description =
                    "Show on standard error, at the end, what ran on the device: for each kernel launches, time, bytes"
                            + " and the achieved share of the device's measured peak, and what was copied to and from"
                            + " it. Each launch is waited for, so the whole takes longer.")
    boolean profile;

    @Option(
            names = "--no-digest-cache",
            order = 95,
            description =
                    "Hash a large encoder file at this start, too, instead of taking the digest that an earlier one"
                            + " kept for the unchanged file, and keep none.")
    boolean noDigestCache;

    /** The values of {@code --precision}. */
    enum Precision {
        FP32,
        TF32,
        BF16
    }

    /**
     * Opens the requested backend with the requested precision.
     *
     * @throws Backends.UnavailableException if the backend cannot run on this machine
     */
    public Backends.Choice open() {
        // The backend reads this property when it opens its device; backends with a single precision ignore it.
        System.setProperty("unmute.precision", precision.name().toLowerCase(Locale.ROOT));
        return Backends.open(backend, threads());
    }

    /** Computes digests of encoder files, and caches those of large files unless caching is switched off. */
    public KnownDigests digests() {
        return noDigestCache ? KnownDigests.none() : KnownDigests.ofUser();
    }

    /** The requested backend. */
    public String backend() {
        return backend;
    }

    /** Whether to show what ran on the device ({@code --profile}). */
    public boolean profile() {
        return profile;
    }

    /**
     * The number of threads to use.
     *
     * @throws CommandException if a negative number was given
     */
    public int threads() {
        if (threads < 0) {
            throw CommandException.usage("--threads must not be negative: " + threads);
        }
        return threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
    }
}
