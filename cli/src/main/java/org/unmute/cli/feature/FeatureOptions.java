package org.unmute.cli.feature;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.unmute.cli.console.CommandException;
import org.unmute.data.ClipDivision;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenPooling;
import org.unmute.options.OutputPath;
import picocli.CommandLine.Option;

/** Options that state which features are written, and where. */
public final class FeatureOptions {
    static final String SAFETENSORS = ".safetensors";
    private static final String NPY = ".npy";

    @OutputPath(OutputPath.Kind.FILE_OR_FOLDER)
    @Option(
            names = "--out",
            paramLabel = "PATH",
            required = true,
            description = "A file that ends in " + SAFETENSORS + " or " + NPY
                    + ", for one recording; or a folder, for a safetensors file of each. With --pool a file that ends"
                    + " in "
                    + NPY + ", " + SAFETENSORS + ", .csv or .parquet.")
    private Path out;

    @Option(
            names = "--pool",
            paramLabel = "HOW",
            description = "One vector of each recording, or of each clip of a long one, in one file:"
                    + " ${COMPLETION-CANDIDATES} of its tokens (cls: the class token).")
    private TokenPooling pool;

    @Option(
            names = "--layers",
            paramLabel = "LIST",
            description = "Also the tokens after these blocks, counted from 0: all, or 0,5,11.")
    private String layers;

    @Option(names = "--attention", description = "Also the attention of the class token in the last block.")
    private boolean attention;

    /** The file or folder. */
    public Path out() {
        return out;
    }

    /** How tokens become one vector; null if they are written as they are. */
    TokenPooling pool() {
        return pool;
    }

    /** Whether one file is written. */
    public boolean isOne() {
        return pool != null || ends(NPY) || ends(SAFETENSORS);
    }

    private boolean ends(String extension) {
        return out.getFileName() != null && out.getFileName().toString().endsWith(extension);
    }

    /**
     * Checks that the clips fit into what is written.
     *
     * @throws CommandException if they do not, or options contradict each other
     */
    public void requireValid(ClipDivision divided) {
        int clips = divided.clips().size();
        if (pool == null && isOne() && clips > 1) {
            throw CommandException.usage("--out " + out + " is one file, but "
                    + (divided.divided().isEmpty()
                            ? clips + " recordings were named: give a folder"
                            : "there are " + clips + " clips: give a folder, or '--clip whole' to divide no recording")
                    + ", or --pool for one vector of each");
        }
        requirePoolable();
        if (pool == null && ends(NPY) && (layers != null || attention)) {
            throw CommandException.usage(
                    "an npy file holds one array, the token map: for --layers and --attention let --out end in "
                            + SAFETENSORS);
        }
    }

    private void requirePoolable() {
        if (pool == null) {
            return;
        }
        if (layers != null || attention) {
            throw CommandException.usage("--pool gives one vector of each clip, without --layers and --attention");
        }
        if (PooledVectors.FileKind.of(out) == null) {
            throw CommandException.usage("--out " + out + ": with --pool it is one file, whose name ends in "
                    + Stream.of(PooledVectors.FileKind.values())
                            .map(PooledVectors.FileKind::ending)
                            .collect(Collectors.joining(", ")));
        }
    }

    /**
     * The features to compute.
     *
     * @throws CommandException if the encoder has none of this kind
     */
    Features.Request request(EncoderSpec model) {
        Features.Request wanted = requested(model);
        if (pool == TokenPooling.CLS && !model.hasCls()) {
            throw CommandException.usage("--pool cls: " + model.name() + " has no class token: give mean or max");
        }
        return wanted;
    }

    private Features.Request requested(EncoderSpec model) {
        if (attention && !model.hasCls()) {
            throw CommandException.usage(
                    "--attention: " + model.name() + " has no class token whose attention could be written");
        }
        if (layers == null) {
            return new Features.Request(List.of(), attention);
        }
        if (layers.equals("all")) {
            return Features.Request.allLayers(model.depth(), attention);
        }
        List<Integer> list = new ArrayList<>();
        for (String one : layers.split(",", -1)) {
            int layer = one.strip().matches("\\d{1,4}") ? Integer.parseInt(one.strip()) : -1;
            if (layer < 0 || layer >= model.depth() || list.contains(layer)) {
                throw CommandException.usage("--layers is 'all' or different numbers from 0 to " + (model.depth() - 1)
                        + " with commas between them, not '" + layers + "'");
            }
            list.add(layer);
        }
        return new Features.Request(list, attention);
    }
}
