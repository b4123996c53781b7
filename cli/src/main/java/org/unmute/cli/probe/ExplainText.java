package org.unmute.cli.probe;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.data.provenance.Json;
import org.unmute.models.encoder.TokenMap;
import org.unmute.models.encoder.TokenPlace;
import org.unmute.probes.pool.Contributions;
import org.unmute.probes.pool.Contributions.Part;
import org.unmute.report.clip.ClipExplanation;
import org.unmute.report.clip.ClipExplanation.LocatedPart;
import org.unmute.report.clip.ClipExplanation.Reason;
import org.unmute.report.clip.ClipExplanation.Verdict;
import org.unmute.report.clip.TermText;
import org.unmute.report.page.TaughtText;

/** Formats an explanation as text for a terminal and as JSON. */
public final class ExplainText {
    private static final int LISTED = 10;

    private ExplainText() {}

    /** Prints the scores, then the terms for each explained class. */
    public static void print(PrintWriter o, ClipExplanation clip, String how) {
        o.printf(Locale.ROOT, "%s: %.2f s; %s%n", clip.clip(), clip.seconds(), how);
        o.println();
        scores(clip).print(o);
        if (clip.classes().size() > LISTED) {
            o.println("and " + (clip.classes().size() - LISTED) + " classes with lower scores");
        }
        o.println();
        Contributions first = clip.reasons().getFirst().contributions();
        o.println(TermText.rule(first) + " All terms and the bias sum to the logit;");
        o.println("the score is its " + (clip.singleLabel() ? "softmax" : "sigmoid") + ".");
        if (clip.decisions() != null) {
            o.println("Thresholds on scores: " + clip.decisions() + ".");
        }
        if (!first.remark().isEmpty()) {
            o.println(first.remark());
        }
        for (Reason reason : clip.reasons()) {
            o.println();
            print(o, reason, clip);
        }
        if (clip.reasons().stream().flatMap(r -> r.shown().stream()).anyMatch(LocatedPart::padding)) {
            o.println();
            o.println("(padding): behind the end of the recording, where the encoder fills up its window.");
        }
    }

    private static ConsoleTable scores(ClipExplanation clip) {
        if (clip.decisions() == null) {
            ConsoleTable scores = new ConsoleTable("class", "score", "logit").decimals(4);
            best(clip).forEach(c -> scores.row(clip.classes().get(c), clip.scores()[c], clip.logits()[c]));
            return scores;
        }
        ConsoleTable scores = new ConsoleTable("class", "score", "logit", "calibrated", "threshold", "").decimals(4);
        for (int c : best(clip)) {
            Verdict v = clip.verdict(c).orElseThrow();
            scores.row(
                    clip.classes().get(c),
                    clip.scores()[c],
                    clip.logits()[c],
                    v.calibrated(),
                    v.threshold(),
                    v.present() ? "above" : "");
        }
        return scores;
    }

    private static List<Integer> best(ClipExplanation clip) {
        return IntStream.range(0, clip.logits().length)
                .boxed()
                .sorted((a, b) -> Double.compare(clip.logits()[b], clip.logits()[a]))
                .limit(LISTED)
                .toList();
    }

    private static void print(PrintWriter o, Reason r, ClipExplanation clip) {
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
        o.printf(
                Locale.ROOT,
                "%s: score %.4f%s%n",
                r.name(),
                r.score(),
                clip.verdict(r.classIndex()).map(v -> ", " + v).orElse(""));
        if (clip.boxes() != null) {
            o.println(TaughtText.sentence(clip.taught(r.classIndex())));
        }
        table.print(o);
    }

    /** The explanation as JSON. */
    public static ObjectNode document(ClipExplanation clip) {
        TokenMap tokens = clip.features().tokens();
        Map<String, Double> scores = new LinkedHashMap<>();
        for (int c = 0; c < clip.classes().size(); c++) {
            scores.put(clip.classes().get(c), clip.scores()[c]);
        }
        ObjectNode document = Json.object()
                .put("clip", clip.clip())
                .put("start", clip.start())
                .put("seconds", clip.seconds())
                .put("probe", clip.probe())
                .put("encoder", clip.encoder().name())
                .putPOJO("tokens", List.of(tokens.time(), tokens.freq()))
                .put("scoreIs", clip.singleLabel() ? "softmax" : "sigmoid")
                .putPOJO("scores", scores)
                .putPOJO(
                        "classes",
                        clip.reasons().stream().map(r -> document(r, clip)).toList());
        if (clip.decisions() != null) {
            document.putPOJO(
                    "learned",
                    Json.object()
                            .put("rule", clip.decisions().rule().toString())
                            .put("source", clip.decisions().source())
                            .put("clips", clip.decisions().clips()));
        }
        return document;
    }

    private static ObjectNode document(Reason r, ClipExplanation clip) {
        Contributions all = r.contributions();
        ObjectNode document = Json.object()
                .put("class", r.name())
                .put("score", r.score())
                .put("logit", r.logit())
                .put("kind", all.kind().name().toLowerCase(Locale.ROOT))
                .put("remark", all.remark())
                .putPOJO("terms", r.shown().stream().map(ExplainText::document).toList())
                .put("others", r.others())
                .put("othersAdd", r.rest())
                .put("bias", all.bias())
                .put("sum", r.sum())
                .put("difference", r.difference());
        clip.verdict(r.classIndex()).ifPresent(v -> document.putPOJO("verdict", v));
        if (clip.boxes() != null) {
            document.putPOJO("taught", TaughtJson.of(clip.taught(r.classIndex())));
        }
        return document;
    }

    private static ObjectNode document(LocatedPart s) {
        Part p = s.part();
        ObjectNode one = Json.object()
                .put("name", p.name())
                .put("index", p.index() < 0 ? null : p.index())
                .put("token", p.token() < 0 ? null : p.token());
        TokenPlace place = s.place();
        if (place != null) {
            one.putPOJO("seconds", List.of(place.start(), place.end()))
                    .putPOJO("hertz", List.of(place.lowHz(), place.highHz()))
                    .putPOJO("bands", List.of(place.firstBand(), place.lastBand()))
                    .put("padding", s.padding());
        }
        return one.put("value", Double.isNaN(p.value()) ? null : p.value())
                .put("weight", p.weight())
                .put("contribution", p.contribution());
    }
}
