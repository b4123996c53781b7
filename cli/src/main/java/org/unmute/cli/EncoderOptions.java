package org.unmute.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.Encoders;
import org.unmute.probes.cache.Embedding;
import org.unmute.probes.cache.CacheKey;
import org.unmute.tensor.DType;
import picocli.CommandLine.Option;

/** Options that name an encoder and its front end. */
final class EncoderOptions {
    /** The name that stands for the encoder in the program itself. */
    static final String EMBEDDED = "embedded";

    @Option(names = "--encoder", paramLabel = "FILE", defaultValue = EMBEDDED,
            description = "Checkpoint of the encoder: EAT or SSLAM (safetensors, the authors' or Hugging Face names), KWT, or what "
                    + "'unmute pretrain' wrote; '" + EMBEDDED + "' is the small one in the program (default: ${DEFAULT-VALUE}).")
    private String encoder;

    @Option(names = "--frames", paramLabel = "N", defaultValue = "1024",
            description = "EAT, SSLAM: frames of a window, 10 ms each, a multiple of 16 (default: ${DEFAULT-VALUE}, which is 10 s).")
    private int frames;

    @Option(names = "--norm-mean", paramLabel = "X", defaultValue = "-4.268",
            description = "EAT, SSLAM: mean of the log mel energies (default: ${DEFAULT-VALUE}, the authors' for AudioSet).")
    private double mean;

    @Option(names = "--norm-std", paramLabel = "X", defaultValue = "4.569",
            description = "EAT, SSLAM: their standard deviation (default: ${DEFAULT-VALUE}).")
    private double std;

    @Option(names = "--heads", paramLabel = "N", defaultValue = "0",
            description = "EAT, SSLAM: attention heads; 0 means one every 64 channels (default: ${DEFAULT-VALUE}).")
    private int heads;

    /**
     * An encoder with what identifies it.
     *
     * @param encoder ready to run
     * @param hash SHA-256 of its file
     * @param origin the file, or {@link #EMBEDDED}
     */
    record Loaded(Encoder encoder, String hash, String origin) {
        /** The cache key of its tokens. */
        CacheKey key(String resampling, DType dtype) {
            String frontEnd = encoder.describe().frontEnd() + ", resampling " + resampling;
            // Settings beside the file, such as the number of heads, make another encoder of the same weights.
            String network = encoder.describe().name() + ": " + encoder.describe().description();
            return new CacheKey(network, Digests.sha256(hash + network), frontEnd, Digests.sha256(frontEnd), dtype);
        }
    }

    /** The encoder in the program. */
    static Loaded embedded() {
        return new Loaded(Encoders.embedded(), Digests.sha256(Encoders.embeddedBytes()), EMBEDDED);
    }

    /** Opens the encoder on the current backend. */
    Loaded open() throws IOException {
        if (encoder.equals(EMBEDDED)) {
            return embedded();
        }
        Path file = Path.of(encoder);
        if (!Files.isRegularFile(file)) {
            throw new CommandException(ExitCode.INPUT, "no such encoder file: " + file);
        }
        return new Loaded(Encoders.open(file, EncoderSettings.AUTHORS.withFrames(frames).withNorm(mean, std).withHeads(heads)), Embedding.sha256(file), encoder);
    }
}
