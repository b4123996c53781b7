package org.unmute.models.encoder;

import java.util.List;

/**
 * A published encoder: its name, its licence, and what to download. Facts are from the authors' repositories; what
 * could not be found there is marked as unknown.
 *
 * @param name for instance {@code EAT+}; the plus marks the checkpoint fine-tuned on AudioSet
 * @param model name of the {@link EncoderProvider} that opens it
 * @param inPaper whether it is one of the nine of the paper: six encoders, three of them also fine-tuned on AudioSet
 * @param licence of the authors' code and weights, as their repository states it
 * @param warning about the licence; may be empty
 * @param repository of the authors, {@code owner/name} on GitHub; empty for the encoder in the program
 * @param downloads supported files, the best known first
 * @param size of the network
 * @param tokens of ten seconds
 * @param classes of the head in these files; 0 without one
 * @param notes details
 */
public record Release(
        String name,
        String model,
        boolean inPaper,
        String licence,
        String warning,
        String repository,
        List<Download> downloads,
        Size size,
        Tokens tokens,
        int classes,
        Notes notes) {
    /** Marks what is not known. */
    public static final String UNKNOWN = "unknown";

    /**
     * A file and the page it is on.
     *
     * @param file its name, or {@link #UNKNOWN}
     * @param page where to find it, or {@link #UNKNOWN}
     */
    public record Download(String file, String page) {}

    /**
     * Size of the network.
     *
     * @param dim channels of a token
     * @param depth transformer blocks
     * @param heads attention heads
     * @param parameters weights of the encoder: without its head, without the decoder of pre-training, and without
     *     tables that are not trained (fixed positions, filter banks, running statistics)
     */
    public record Size(int dim, int depth, int heads, long parameters) {}

    /**
     * Tokens of ten seconds of sound with the authors' settings.
     *
     * @param time token rows
     * @param freq token columns
     * @param cls whether there is a class token
     * @param order the network's order of patch tokens
     * @param positions kind of position encoding
     */
    public record Tokens(int time, int freq, boolean cls, EncoderSpec.TokenOrder order, String positions) {
        /** Patch tokens. */
        public int count() {
            return time * freq;
        }
    }

    /**
     * Details.
     *
     * @param frontEnd from the waveform to the input of the network
     * @param normalisation of the input
     * @param layers kind of transformer blocks, and what comes after them
     * @param traps frequent mistakes
     */
    public record Notes(String frontEnd, String normalisation, String layers, List<String> traps) {
        /** Copies the list. */
        public Notes {
            traps = List.copyOf(traps);
        }
    }

    /** Copies the list. */
    public Release {
        downloads = List.copyOf(downloads);
    }
}
