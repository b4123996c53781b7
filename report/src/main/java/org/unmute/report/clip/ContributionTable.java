package org.unmute.report.clip;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.unmute.files.AtomicFile;
import org.unmute.models.encoder.TokenPlace;
import org.unmute.probes.pool.Contributions.Part;
import org.unmute.report.clip.ClipExplanation.LocatedPart;
import org.unmute.report.clip.ClipExplanation.Reason;
import org.unmute.report.table.Table;

/**
 * Writes all contributions to the explained classes as CSV: for each class, one row per part and one for the bias,
 * which sum to its logit.
 */
public final class ContributionTable {
    private static final List<String> PLACE = List.of(
            "time_row", "freq_column", "start_s", "end_s", "low_hz", "high_hz", "first_band", "last_band", "padding");

    private ContributionTable() {}

    /**
     * Writes the file atomically.
     *
     * @throws IOException if it cannot be written
     */
    public static void write(ClipExplanation clip, Path file) throws IOException {
        List<List<String>> lines = new ArrayList<>();
        lines.add(line("class", "part", "index", PLACE, "value", "weight", "contribution"));
        List<String> nowhere = Collections.nCopies(PLACE.size(), "");
        for (Reason r : clip.reasons()) {
            for (Part p : r.contributions().parts()) {
                lines.add(line(
                        r.name(),
                        p.name(),
                        p.index() < 0 ? "" : p.index(),
                        p.token() < 0 ? nowhere : place(clip, p),
                        Double.isNaN(p.value()) ? "" : p.value(),
                        p.weight(),
                        p.contribution()));
            }
            lines.add(line(
                    r.name(), "bias", "", nowhere, "", "", r.contributions().bias()));
        }
        AtomicFile.write(file, Table.csvText(lines).getBytes(StandardCharsets.UTF_8));
    }

    private static List<?> place(ClipExplanation clip, Part p) {
        LocatedPart located = clip.shown(p);
        TokenPlace place = located.place();
        int freq = clip.features().tokens().freq();
        return List.of(
                p.token() / freq,
                p.token() % freq,
                place.start(),
                place.end(),
                place.lowHz(),
                place.highHz(),
                place.firstBand(),
                place.lastBand(),
                located.padding());
    }

    private static List<String> line(
            String name, String part, Object index, List<?> place, Object value, Object weight, Object contribution) {
        return Stream.of(List.of(name, part, index), place, List.of(value, weight, contribution))
                .flatMap(List::stream)
                .map(Object::toString)
                .toList();
    }
}
