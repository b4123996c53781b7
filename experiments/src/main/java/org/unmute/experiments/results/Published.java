package org.unmute.experiments.results;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.unmute.experiments.data.CsvTable;

/**
 * Scores that the paper states (Tables 2, 3 and 7, as far as they are known), for showing beside one's own, never for
 * computing with.
 *
 * @param scores all of them
 */
public record Published(List<PublishedScore> scores) {
    /**
     * The name under which fully fine-tuned encoders stand in the column of probes; as their own papers report them.
     */
    public static final String FINE_TUNED = "ft";

    /** Copies the list. */
    public Published {
        scores = List.copyOf(scores);
    }

    /**
     * One score.
     *
     * @param encoder encoder's name
     * @param dataset data set's name
     * @param probe   probe's name, or {@link #FINE_TUNED}
     * @param metric  {@code mAP} or {@code accuracy}
     * @param percent in percent, with the decimals of the paper
     * @param source  where it stands
     */
    public record PublishedScore(
            String encoder, String dataset, String probe, String metric, String percent, String source) {
        /** As a fraction. */
        public double fraction() {
            return Double.parseDouble(percent) / 100;
        }
    }

    /** The list in the program. */
    public static Published read() {
        try (InputStream in = Published.class.getResourceAsStream("published.csv")) {
            return new Published(RunFiles.rows(
                            CsvTable.of(Path.of("published.csv"), in),
                            "published.csv",
                            "encoder",
                            "dataset",
                            "probe",
                            "metric",
                            "value",
                            "source")
                    .stream()
                    .map(r -> new PublishedScore(
                            r.text("encoder"),
                            r.text("dataset"),
                            r.text("probe"),
                            r.text("metric"),
                            r.text("value"),
                            r.text("source")))
                    .toList());
        } catch (IOException e) {
            throw new IllegalStateException("published.csv cannot be read from the jar", e);
        }
    }

    /**
     * The published score of a probe, or of {@link #FINE_TUNED}, in a setting; capitals and hyphens of the encoder's
     * name do not matter. Which of two readings the paper's {@code linearc} is, is not known: its score stands beside
     * both.
     */
    public Optional<PublishedScore> find(Results.Setting setting, String probe) {
        String name = probe.startsWith("linearc-") ? "linearc" : probe;
        return scores.stream()
                .filter(s -> plain(s.encoder()).equals(plain(setting.encoder().key()))
                        && s.dataset().equals(setting.dataset().key())
                        && s.probe().equals(name))
                .findFirst();
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9+]", "");
    }
}
