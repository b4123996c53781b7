package org.unmute.report.benchmark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.unmute.benchmark.results.ComparedRuns;
import org.unmute.benchmark.results.ComparedRuns.Setting;
import org.unmute.benchmark.results.Score;

/** Event-based metrics for data sets with strong labels. */
final class EventSection {
    private static final String NOTE =
            "Percent, mean over the seeds \u00B1 standard deviation (n \u2212 1) on the test recordings. Probes were"
                    + " trained on labels of whole clips, and events are found at 0.5; except cells with frames = true,"
                    + " trained row by row, with boxes = true, trained on boxes in time and frequency, and with"
                    + " event-thresholds = learned: at thresholds that the validation clips taught.";

    private EventSection() {}

    /** The section; empty if no cell has such metrics. */
    static Optional<Section> of(ComparedRuns results) {
        List<Setting> settings = results.settings().stream()
                .filter(s -> results.entries(s).stream()
                        .anyMatch(e -> !e.cell().events().isEmpty()))
                .toList();
        if (settings.isEmpty()) {
            return Optional.empty();
        }
        Map<String, String> shown = new LinkedHashMap<>();
        shown.put("psds1", "PSDS 1: exact times");
        shown.put("psds2", "PSDS 2: classes not confused");
        shown.put("event_f1_macro", "Event-based F1: 0.2 s, 20 % of the length (dcase2016: onsets alone)");
        shown.put("segment_f1_macro", "Segment-based F1: 1 s");
        Map<String, String> drawn = new LinkedHashMap<>(shown);
        drawn.keySet().removeIf(metric -> !metric.contains("_f1_"));
        if (settings.stream()
                .flatMap(s -> results.entries(s).stream())
                .anyMatch(e -> e.cell().ofBoxes())) {
            shown.put("box_0.3_f1_macro", "Box F1: IoU 0.3");
            shown.put("box_0.5_f1_macro", "Box F1: IoU 0.5");
            shown.put("box_mAP", "Box mAP: IoU 0.5 to 0.95");
        }
        List<Block> blocks = new ArrayList<>();
        blocks.addAll(EventFigure.of(results, drawn, settings));
        shown.forEach((metric, title) -> {
            TableBuilder table = TableBuilder.ofSettings(results.columns(), metric, "sd");
            for (Setting s : settings) {
                List<Score> scores = results.columns().stream()
                        .map(c -> results.find(s.encoder(), s.dataset(), c)
                                .map(e -> e.cell().events().get(metric))
                                .orElse(Score.of()))
                        .toList();
                results.entries(s).forEach(e -> {
                    Score own = e.cell().events().getOrDefault(metric, Score.of());
                    table.csv(s, e.column(), own.mean(), own.sd());
                });
                table.row(s, CellFormat.scores(scores));
            }
            blocks.add(new Block.DataTable(table.table("events-" + metric.replace('_', '-'), title, NOTE)));
        });
        return Optional.of(new Section("events", "Events in time", blocks));
    }
}
