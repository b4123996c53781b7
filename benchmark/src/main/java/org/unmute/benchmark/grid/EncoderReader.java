package org.unmute.benchmark.grid;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.unmute.models.encoder.EncoderProvider;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.NormPreset;

/** Reads an entry of {@code encoders}. */
final class EncoderReader {
    static final List<String> KEYS = List.of(
            "name",
            "title",
            "file",
            "embedded",
            "model",
            "frames",
            "norm",
            "norm-mean",
            "norm-std",
            "heads",
            "rate",
            "hop",
            "front-end",
            "config");
    /** Keys of a data set's changes to an encoder. */
    static final List<String> CHANGES = List.of("encoders", "frames", "norm", "norm-mean", "norm-std", "hop");

    private EncoderReader() {}

    static EncoderEntry entry(TomlTable t) {
        String name = GridReader.folderName(t, "name", t.only(KEYS).required("name"));
        String title = t.text("title").orElse(name);
        Optional<Path> file = t.file("file");
        boolean embedded = t.flag("embedded").orElse(false);
        if (file.isPresent() == embedded) {
            throw t.problem("state either file = \"checkpoint\" or embedded = true");
        }
        EncoderSettings settings = settings(t);
        Optional<String> norm = norm(t);
        if (embedded && (norm.isPresent() || !settings.equals(EncoderSettings.AUTHORS))) {
            throw t.problem("the encoder in the program has fixed settings: leave out "
                    + String.join(
                            ", ",
                            t.keys().stream()
                                    .filter(k -> !List.of("name", "title", "embedded")
                                            .contains(k))
                                    .toList()));
        }
        return new EncoderEntry(name, title, file, settings, norm);
    }

    static EncoderEntry.EncoderChange change(TomlTable t) {
        if (!t.only(CHANGES).has("encoders")) {
            throw t.problem("'encoders' is missing: the names of those that it is for");
        }
        if (t.keys().size() == 1) {
            throw t.problem("changes nothing: state " + String.join(", ", CHANGES.subList(1, CHANGES.size())));
        }
        return new EncoderEntry.EncoderChange(settings(t), norm(t));
    }

    private static EncoderSettings settings(TomlTable t) {
        String model = t.choice(
                        "model",
                        Encoders.providers().stream().map(EncoderProvider::name).toList())
                .orElse("");
        String frontEnd =
                t.choice("front-end", List.of("authors", "biofoundation")).orElse("authors");
        Map<String, String> config = t.table("config").map(TomlTable::values).orElse(Map.of());
        return EncoderSettings.AUTHORS
                .withModel(model)
                .withFrames(t.whole("frames", 1, 1 << 20, 0))
                .withNorm(t.number("norm-mean").orElse(Double.NaN), positive(t, "norm-std", Double.NaN))
                .withHeads(t.whole("heads", 1, 1 << 10, 0))
                .withSampleRate(t.whole("rate", 1, 1 << 20, 0))
                .withHop(positive(t, "hop", 0))
                .withFrontEnd(EncoderSettings.FrontEndSource.valueOf(frontEnd.toUpperCase(Locale.ROOT)))
                .withConfig(config);
    }

    private static double positive(TomlTable t, String key, double absent) {
        t.number(key).filter(x -> x <= 0).ifPresent(x -> {
            throw t.problem(key, "must be above 0, is " + x);
        });
        return t.number(key).orElse(absent);
    }

    private static Optional<String> norm(TomlTable t) {
        Optional<String> norm = t.choice("norm", NormPreset.labels());
        if (norm.isPresent() && (t.has("norm-mean") || t.has("norm-std"))) {
            throw t.problem("norm", "states mean and standard deviation: leave out norm-mean and norm-std");
        }
        return norm;
    }
}
