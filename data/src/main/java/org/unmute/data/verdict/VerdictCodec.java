package org.unmute.data.verdict;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.unmute.data.json.JsonFields;

/** A verdict as the fields of a line of a {@link VerdictJournal}. */
final class VerdictCodec {
    private VerdictCodec() {}

    static Map<String, Object> write(long number, Verdict verdict) {
        ReviewedEvent event = verdict.event();
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("verdict", number);
        line.put("recording", event.recording());
        line.put("start", event.start());
        line.put("end", event.end());
        line.put("label", event.label());
        line.put("low", event.low());
        line.put("high", event.high());
        line.put("score", event.score());
        line.put("peak", event.peak());
        line.put("answer", verdict.answer().word());
        if (verdict.answer() == Answer.OTHER) {
            line.put("other", verdict.other());
        }
        if (verdict.box() != null) {
            Map<String, Object> box = new LinkedHashMap<>();
            box.put("start", verdict.box().start());
            box.put("end", verdict.box().end());
            box.put("low", verdict.box().low());
            box.put("high", verdict.box().high());
            line.put("box", box);
        }
        Draw draw = verdict.draw();
        line.put("draw", draw.kind().word());
        line.put("floor", draw.floor());
        line.put("stratum", draw.stratum());
        line.put("probability", draw.probability());
        line.put("list", draw.list());
        line.put("took", verdict.took());
        line.put("time", verdict.time().toString());
        return line;
    }

    static Verdict read(JsonFields line) {
        try {
            ReviewedEvent event = new ReviewedEvent(
                    line.text("recording"),
                    line.number("start"),
                    line.number("end"),
                    line.text("label"),
                    line.number("low"),
                    line.number("high"),
                    line.number("score"),
                    line.number("peak"));
            Draw draw = new Draw(
                    Draw.Kind.of(line.text("draw")),
                    line.number("floor"),
                    line.document().path("stratum").asText(""),
                    line.fraction("probability"),
                    line.document().path("list").asText(""));
            return new Verdict(
                    event,
                    Answer.of(line.text("answer")),
                    line.text("other", ""),
                    line.has("box") ? box(line.object("box")) : null,
                    draw,
                    line.number("took"),
                    Instant.parse(line.text("time")));
        } catch (IllegalArgumentException | DateTimeParseException e) {
            throw line.wrong(e.getMessage());
        }
    }

    private static Verdict.Box box(JsonFields box) {
        return new Verdict.Box(box.number("start"), box.number("end"), box.number("low"), box.number("high"));
    }
}
