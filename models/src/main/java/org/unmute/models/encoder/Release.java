package org.unmute.models.encoder;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A published encoder: its name, its licence and its files. The facts come from the authors' repositories; those not
 * found there are marked as unknown.
 *
 * @param name for instance {@code EAT+}; the plus marks the checkpoint fine-tuned on AudioSet
 * @param model name of the {@link EncoderProvider} that opens it
 * @param inPaper whether it is one of the nine in the paper: six encoders, three of them also fine-tuned on AudioSet
 * @param licence of the authors' code and weights, as stated in their repository
 * @param warning about the licence; may be empty
 * @param repository of the authors, {@code owner/name} on GitHub; empty for the embedded encoder
 * @param downloads supported files, the best known first
 * @param size of the network
 * @param tokens for ten seconds of sound
 * @param classes number of classes of the head in these files; 0 without a head
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
    /** Stands for a fact that is not known. */
    public static final String UNKNOWN = "unknown";

    /**
     * A file and the web page that offers it.
     *
     * @param file name of the file, or {@link #UNKNOWN}
     * @param page address of the page, or {@link #UNKNOWN}
     */
    public record Download(String file, String page) {}

    /**
     * Size of the network.
     *
     * @param dim channels of a token
     * @param depth blocks
     * @param heads attention heads; 0 without attention
     * @param parameters number of weights of the encoder, without its head, without the decoder of pre-training, and
     *     without tables that are not trained (fixed positions, filter banks, running statistics)
     */
    public record Size(int dim, int depth, int heads, long parameters) {}

    /**
     * Tokens for ten seconds of sound with the authors' settings.
     *
     * @param time token rows
     * @param freq token columns
     * @param cls whether there is a class token
     * @param order order of the patch tokens in the network
     * @param positions kind of position encoding
     */
    public record Tokens(int time, int freq, boolean cls, EncoderSpec.TokenOrder order, String positions) {
        /** Number of patch tokens. */
        public int count() {
            return time * freq;
        }
    }

    /**
     * Details.
     *
     * @param frontEnd from the waveform to the input of the network
     * @param normalisation of the input
     * @param layers kind of transformer blocks, and the layers after them
     * @param traps common mistakes
     */
    public record Notes(
            String frontEnd,
            String normalisation,
            String layers,
            @Nullable List<String> traps) {
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
