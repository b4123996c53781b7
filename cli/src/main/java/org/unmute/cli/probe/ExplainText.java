package org.unmute.cli.probe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.models.encoder.TokenPlace;
import org.unmute.probes.pool.Contributions;
import org.unmute.probes.pool.Contributions.Part;
import org.unmute.report.clip.ClipExplanation;
import org.unmute.report.clip.ClipExplanation.LocatedPart;
import org.unmute.report.clip.ClipExplanation.Reason;
import org.unmute.report.clip.TermText;

/** An explanation as text for a terminal, and as JSON. */
public final class ExplainText {
    private static final int LISTED = 10;

    private ExplainText() {}

    public static String text(ClipExplanation clip, String how) {
        StringBuilder text = new StringBuilder();
        text.append(String.format(Locale.ROOT, "%s: %.2f s; %s%n%n", clip.clip(), clip.seconds(), how));
        ConsoleTable scores = new ConsoleTable("class", "score", "logit").decimals(4);
        for (int c : best(clip)) {
            scores.row(clip.classes().get(c), clip.scores()[c], clip.logits()[c]);
        }
        text.append(scores.text());
        if (clip.classes().size() > LISTED) {
            text.append("and ").append(clip.classes().size() - LISTED).append(" classes with lower scores\n");
        }
        text.append('\n')
                .append(TermText.rule(clip.reasons().getFirst().contributions().kind()))
                .append(" All terms and the bias sum to the logit;\nthe score is its ")
                .append(clip.singleLabel() ? "softmax" : "sigmoid")
                .append(".\n");
        String remark = clip.reasons().getFirst().contributions().remark();
        if (!remark.isEmpty()) {
            text.append(remark).append('\n');
        }
        clip.reasons().forEach(r -> text.append('\n').append(reason(r)));
        if (clip.reasons().stream().flatMap(r -> r.shown().stream()).anyMatch(LocatedPart::padding)) {
            text.append("\n(padding): behind the end of the recording, where the encoder fills up its window.\n");
        }
        return text.toString();
    }

    private static List<Integer> best(ClipExplanation clip) {
        return IntStream.range(0, clip.logits().length)
                .boxed()
                .sorted((a, b) -> Double.compare(clip.logits()[b], clip.logits()[a]))
                .limit(LISTED)
                .toList();
    }

    private static String reason(Reason r) {
        Contributions all = r.contributions();
        ConsoleTable table =
                new ConsoleTable("term", "time", "frequency", TermText.value(all.kind()), "weight", "adds").decimals(4);
        for (LocatedPart s : r.shown()) {
            table.row(
                    s.part().name(),
                    TermText.time(s),
                    s.place() == null ? "-" : TermText.frequency(s),
                    s.part().value(),
                    s.part().weight(),
                    s.part().contribution());
        }
        if (r.others() > 0) {
            table.row(TermText.others(r), "", "", null, null, r.rest());
        }
        table.row("bias", "", "", null, null, all.bias());
        table.row("sum", "", "", null, null, r.sum());
        table.row(
                "logit of the probe",
                String.format(Locale.ROOT, "differs by %.1e", Math.abs(r.difference())),
                "",
                null,
                null,
                r.logit());
        return String.format(Locale.ROOT, "%s: score %.4f%n", r.name(), r.score()) + table.text();
    }

    /** The explanation as JSON. */
    public static Map<String, Object> document(ClipExplanation clip) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("clip", clip.clip());
        all.put("seconds", clip.seconds());
        all.put("probe", clip.probe());
        all.put("encoder", clip.encoder().name());
        all.put(
                "tokens",
                List.of(
                        clip.features().tokens().time(),
                        clip.features().tokens().freq()));
        all.put("scoreIs", clip.singleLabel() ? "softmax" : "sigmoid");
        Map<String, Object> scores = new LinkedHashMap<>();
        for (int c = 0; c < clip.classes().size(); c++) {
            scores.put(clip.classes().get(c), clip.scores()[c]);
        }
        all.put("scores", scores);
        all.put("classes", clip.reasons().stream().map(ExplainText::document).toList());
        return all;
    }

    private static Map<String, Object> document(Reason r) {
        Contributions all = r.contributions();
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("class", r.name());
        one.put("score", r.score());
        one.put("logit", r.logit());
        one.put("kind", all.kind().name().toLowerCase(Locale.ROOT));
        one.put("remark", all.remark());
        List<Map<String, Object>> terms = new ArrayList<>();
        r.shown().forEach(s -> terms.add(document(s)));
        one.put("terms", terms);
        one.put("others", r.others());
        one.put("othersAdd", r.rest());
        one.put("bias", all.bias());
        one.put("sum", r.sum());
        one.put("difference", r.difference());
        return one;
    }

    private static Map<String, Object> document(LocatedPart s) {
        Part p = s.part();
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("name", p.name());
        one.put("index", p.index() < 0 ? null : p.index());
        one.put("token", p.token() < 0 ? null : p.token());
        TokenPlace place = s.place();
        if (place != null) {
            one.put("seconds", List.of(place.start(), place.end()));
            one.put("hertz", List.of(place.lowHz(), place.highHz()));
            one.put("bands", List.of(place.firstBand(), place.lastBand()));
            one.put("padding", s.padding());
        }
        one.put("value", Double.isNaN(p.value()) ? null : p.value());
        one.put("weight", p.weight());
        one.put("contribution", p.contribution());
        return one;
    }
}
