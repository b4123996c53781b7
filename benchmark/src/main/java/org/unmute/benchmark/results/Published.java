package org.unmute.benchmark.results;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.unmute.data.TextTable;

/**
 * Scores published in the paper (Tables 2, 3 and 7, as far as known), shown next to the user's own and never used in
 * computations.
 *
 * @param scores all of them
 */
public record Published(List<PublishedScore> scores) {
    /** The probe name of fully fine-tuned encoders, whose scores are those of their own papers. */
    public static final String FINE_TUNED = "ft";

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
     * @param percent in percent, with as many decimals as in the paper
     * @param source  where it is published
     */
    public record PublishedScore(
            String encoder, String dataset, String probe, String metric, String percent, String source) {
        /** As a fraction. */
        public double fraction() {
            return Double.parseDouble(percent) / 100;
        }
    }

    /** Reads the list shipped with the program. */
    public static Published read() {
        try (InputStream in = Published.class.getResourceAsStream("published.csv")) {
            return new Published(RunFiles.rows(
                            TextTable.of(Path.of("published.csv"), in),
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
     * The published score of a probe, or of {@link #FINE_TUNED}, in a setting; case and hyphens of the encoder's name
     * are ignored. It is not known which of two readings the paper's {@code linearc} is, so both get its score.
     */
    public Optional<PublishedScore> find(ComparedRuns.Setting setting, String probe) {
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
