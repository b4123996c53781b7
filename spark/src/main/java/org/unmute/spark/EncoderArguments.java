package org.unmute.spark;

import java.util.LinkedHashMap;
import java.util.Map;
import org.unmute.events.encoder.GivenSettings;
import org.unmute.files.SettingsException;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSettings.FrontEndSource;
import org.unmute.spark.plan.EmbedOptions;
import picocli.CommandLine.Option;

/** Options that select an encoder and its front end, with the names that {@code unmute embed} has for them. */
final class EncoderArguments {
    @Option(
            names = "--encoder",
            paramLabel = "FILE",
            defaultValue = EmbedOptions.EMBEDDED,
            description = "Checkpoint of the encoder, a path or a URI that Hadoop opens; '" + EmbedOptions.EMBEDDED
                    + "' is the small one in the program (default: ${DEFAULT-VALUE}).")
    private String encoder;

    @Option(
            names = "--model",
            paramLabel = "NAME",
            description = "Kind of encoder, if the file's tensors do not determine it.")
    private String model;

    @Option(
            names = "--frames",
            paramLabel = "N",
            description = "Frames per window, 10 ms each (default: the authors').")
    private Integer frames;

    @Option(names = "--window", paramLabel = "SECONDS", description = "The same in seconds, a multiple of 0.01.")
    private Double window;

    @Option(
            names = "--norm",
            paramLabel = "PRESET",
            description = "Statistics of a data set in place of the pre-training data's.")
    private String norm;

    @Option(
            names = "--norm-mean",
            paramLabel = "X",
            description = "Mean of the log mel energies (default: the authors').")
    private Double mean;

    @Option(names = "--norm-std", paramLabel = "X", description = "Their standard deviation (default: the authors').")
    private Double std;

    @Option(names = "--heads", paramLabel = "N", description = "Attention heads (default: the authors').")
    private Integer heads;

    @Option(
            names = "--encoder-rate",
            paramLabel = "HZ",
            description = "Sample rate of the front end, for encoders that are used with several.")
    private Integer rate;

    @Option(
            names = "--hop",
            paramLabel = "SECONDS",
            description = "From the start of one window of a long recording to the next (default: windows follow each"
                    + " other).")
    private Double hop;

    @Option(
            names = "--front-end",
            paramLabel = "NAME",
            defaultValue = "authors",
            description = "Whose preprocessing to use: authors, biofoundation (default: ${DEFAULT-VALUE}).")
    private FrontEndSource frontEnd;

    @Option(
            names = "--config",
            paramLabel = "KEY=VALUE",
            description = "An entry of the model's configuration, for a file without one; may be repeated.")
    private Map<String, String> config = new LinkedHashMap<>();

    /**
     * The options with the encoder and its settings.
     *
     * @throws SettingsException if a value is out of range, or two options say the same
     */
    EmbedOptions options() {
        EncoderSettings settings =
                new GivenSettings(model, frames, window, mean, std, heads, rate, hop, frontEnd, config).settings();
        return EmbedOptions.of(encoder).withEncoderSettings(settings, norm);
    }
}
