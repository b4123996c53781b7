package org.unmute.report.clip;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.unmute.models.encoder.TokenPlace;
import org.unmute.probes.pool.Contributions.Part;
import org.unmute.report.clip.ClipExplanation.LocatedPart;
import org.unmute.report.clip.ClipExplanation.Reason;
import org.unmute.tensor.io.AtomicFile;

/**
 * All contributions to the explained classes as CSV: for each class a row per part and one for the bias, which sum to
 * its logit.
 */
public final class ContributionTable {
    private static final String[] HEADER = {
        "class",
        "part",
        "index",
        "time_row",
        "freq_column",
        "start_s",
        "end_s",
        "low_hz",
        "high_hz",
        "first_band",
        "last_band",
        "padding",
        "value",
        "weight",
        "contribution"
    };

    private ContributionTable() {}

    /**
     * Writes the file atomically.
     *
     * @throws IOException if it cannot be written
     */
    public static void write(ClipExplanation clip, Path file) throws IOException {
        StringWriter text = new StringWriter();
        try (CSVPrinter csv = new CSVPrinter(
                text, CSVFormat.RFC4180.builder().setRecordSeparator('\n').get())) {
            csv.printRecord((Object[]) HEADER);
            for (Reason r : clip.reasons()) {
                for (Part p : r.contributions().parts()) {
                    csv.printRecord(row(clip, r, p));
                }
                csv.printRecord(
                        r.name(),
                        "bias",
                        "",
                        "",
                        "",
                        "",
                        "",
                        "",
                        "",
                        "",
                        "",
                        "",
                        "",
                        "",
                        r.contributions().bias());
            }
        }
        AtomicFile.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static Object[] row(ClipExplanation clip, Reason r, Part p) {
        Object[] cells = new Object[HEADER.length];
        Arrays.fill(cells, "");
        cells[0] = r.name();
        cells[1] = p.name();
        cells[2] = p.index() < 0 ? "" : p.index();
        LocatedPart shown = clip.shown(p);
        if (shown.place() != null) {
            TokenPlace place = shown.place();
            int freq = clip.features().tokens().freq();
            Object[] where = {
                p.token() / freq,
                p.token() % freq,
                place.start(),
                place.end(),
                place.lowHz(),
                place.highHz(),
                place.firstBand(),
                place.lastBand(),
                shown.padding()
            };
            System.arraycopy(where, 0, cells, 3, where.length);
        }
        cells[12] = Double.isNaN(p.value()) ? "" : p.value();
        cells[13] = p.weight();
        cells[14] = p.contribution();
        return cells;
    }
}
