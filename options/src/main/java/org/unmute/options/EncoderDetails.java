package org.unmute.options;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.unmute.events.encoder.GivenSettings;
import org.unmute.files.SettingsException;
import org.unmute.models.encoder.EncoderSettings.FrontEndSource;
import org.unmute.models.encoder.Encoders;
import picocli.CommandLine.Option;

/**
 * Details of an encoder by key, {@code --encoder-set heads=12}. Those that were options of their own still are, without
 * being in the help.
 */
@HelpTopic("Encoder")
final class EncoderDetails {
    /** Keys of all encoders, for completion and help. */
    static final class Keys extends ArrayList<String> {
        private static final long serialVersionUID = 1L;

        Keys() {
            super(Stream.concat(
                            GivenSettings.KEYS.stream(),
                            Encoders.providers().stream()
                                    .flatMap(provider -> provider.configEntries().stream())
                                    .sorted())
                    .distinct()
                    .toList());
        }
    }

    @Option(
            names = "--encoder-set",
            paramLabel = "KEY=VALUE",
            completionCandidates = Keys.class,
            description = "A detail of the encoder, such as heads=12; may be repeated. Keys of all encoders: norm-mean"
                    + " and norm-std of the log mel energies, heads, encoder-rate in Hz, front-end (authors, or"
                    + " biofoundation for EAT, SSLAM and Audio-MAE). Others are of the model's configuration, such as"
                    + " tokens of EfficientAT; a key that the encoder lacks is refused, with those that it has"
                    + " (default: the authors').")
    private List<String> pairs = List.of();

    @Option(names = "--norm-mean", hidden = true)
    private Double mean;

    @Option(names = "--norm-std", hidden = true)
    private Double std;

    @Option(names = "--heads", hidden = true)
    private Integer heads;

    @Option(names = "--encoder-rate", hidden = true)
    private Integer rate;

    @Option(names = "--front-end", hidden = true)
    private FrontEndSource frontEnd;

    @Option(names = "--config", hidden = true)
    private Map<String, String> config = new LinkedHashMap<>();

    /** These details with what options of their own say. */
    GivenSettings with(String model, WindowOptions window, Double hop, String speed) {
        Map<String, String> by = new LinkedHashMap<>(config);
        for (String pair : pairs) {
            int at = pair.indexOf('=');
            if (at < 1) {
                throw new SettingsException("--encoder-set " + pair + ": KEY=VALUE is expected");
            }
            String before = by.putIfAbsent(pair.substring(0, at), pair.substring(at + 1));
            if (before != null) {
                throw new SettingsException(
                        "--encoder-set " + pair + ": it is also given as " + before + ": leave one out");
            }
        }
        FrontEndSource source = taken(by, "front-end", frontEnd, EncoderDetails::source, "authors or biofoundation");
        return new GivenSettings(
                model,
                window.frames(),
                window.seconds(),
                taken(by, "norm-mean", mean, Double::valueOf, "a number"),
                taken(by, "norm-std", std, Double::valueOf, "a number above 0"),
                taken(by, "heads", heads, Integer::valueOf, "a whole number from 1"),
                taken(by, "encoder-rate", rate, Integer::valueOf, "a whole number from 1"),
                hop,
                source == null ? FrontEndSource.AUTHORS : source,
                by,
                speed);
    }

    private static FrontEndSource source(String name) {
        return FrontEndSource.valueOf(name.toUpperCase(Locale.ROOT));
    }

    /** Takes the value of a key out of {@code by}, else that of the option of its name; null without either. */
    private static <T> T taken(
            Map<String, String> by, String key, T option, Function<String, T> read, String expected) {
        String text = by.remove(key);
        if (text == null) {
            return option;
        }
        String given = "--encoder-set " + key + "=" + text + ": ";
        if (option != null) {
            throw new SettingsException(given + "--" + key + " " + option + " is given, too: leave one out");
        }
        try {
            return read.apply(text);
        } catch (IllegalArgumentException e) {
            throw new SettingsException(given + expected + " is expected", e);
        }
    }
}
