package org.unmute.cli.pretrain;

import org.unmute.cli.console.CommandException;
import org.unmute.models.zoo.SmallVit;
import picocli.CommandLine.Option;

/** Options of the size and the windows of an encoder to pre-train. */
public final class EncoderShape {
    static final int RATE = 16_000;

    @Option(names = "--dim", paramLabel = "N", description = "Channels (default: ${DEFAULT-VALUE}).")
    private int dim = 128;

    @Option(names = "--depth", paramLabel = "N", description = "Blocks (default: ${DEFAULT-VALUE}).")
    private int depth = 6;

    @Option(names = "--heads", paramLabel = "N", description = "Attention heads (default: ${DEFAULT-VALUE}).")
    private int heads = 4;

    @Option(names = "--mel", paramLabel = "N", description = "Mel bins (default: ${DEFAULT-VALUE}).")
    private int mel = 64;

    @Option(
            names = "--frames",
            paramLabel = "N",
            description = "Frames per window, 10 ms each (default: ${DEFAULT-VALUE}).")
    private int frames = 296;

    @Option(
            names = "--patch",
            paramLabel = "TxF",
            description = "Frames and mel bins per patch (default: ${DEFAULT-VALUE}).")
    private String patch = "8x16";

    /**
     * The encoder.
     *
     * @param mean of the log energies
     * @param std  their standard deviation
     * @throws CommandException if {@code --patch} is malformed
     */
    public SmallVit.Settings settings(double mean, double std) {
        String[] sizes = patch.split("x", 2);
        try {
            return new SmallVit.Settings(
                    RATE,
                    mel,
                    frames,
                    Integer.parseInt(sizes[0]),
                    Integer.parseInt(sizes[1]),
                    dim,
                    depth,
                    heads,
                    mean,
                    std);
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw CommandException.usage("--patch is frames x bins, for example 8x16, not " + patch, e);
        }
    }
}
