package org.unmute.cli.review;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.unmute.cli.http.RefusedRequest;
import org.unmute.cli.review.ReviewDesk.ConflictException;
import org.unmute.cli.review.ReviewDesk.Standing;
import org.unmute.cli.review.ReviewMaterial.Asked;
import org.unmute.data.verdict.Answer;
import org.unmute.data.verdict.ReviewedEvent;
import org.unmute.data.verdict.Verdict;
import org.unmute.events.review.ReviewQueue.Choice;
import org.unmute.files.Diagnosis;
import org.unmute.files.PlainText;

/** Answers the requests of the page's script. */
final class ReviewAnswers {
    private static final int CONFLICT = 409;
    private static final int GONE = 404;
    private static final int NAMED = 50;
    private static final double LONGEST_THOUGHT = 3600;

    private final ReviewMaterial material;
    private final ReviewDesk desk;
    private final Learning learning;
    private final EventSound sound = new EventSound();
    private final AtomicBoolean over = new AtomicBoolean();

    ReviewAnswers(ReviewMaterial material, ReviewDesk desk, Learning learning) {
        this.material = material;
        this.desk = desk;
        this.learning = learning;
    }

    /** Whether the review was ended in the page. */
    boolean isOver() {
        return over.get();
    }

    /**
     * The answer to a request.
     *
     * @throws RefusedRequest if the page would not send it
     * @throws IOException if a verdict cannot be written
     */
    Reply of(Request request) throws RefusedRequest, IOException {
        String window = request.text("window");
        return request.post() ? changed(request, window) : read(request, window);
    }

    private Reply read(Request request, String window) throws RefusedRequest, IOException {
        return switch (request.what()) {
            case "folder" -> {
                desk.findAgain();
                yield Reply.json(folder());
            }
            case "ask" -> Reply.json(ask(window, request));
            case "event" -> Reply.json(reopened(window, request.text("event")));
            case "alive" -> {
                desk.alive(window);
                yield Reply.json(Map.of());
            }
            case "summary" -> Reply.json(summary(request));
            case "learning" -> Reply.json(learning.state(desk.log()));
            case "sound" -> Reply.of("audio/wav", EventSound.wav(cut(known(request)), slower(request)));
            case "picture" -> {
                EventSound.Cut cut = cut(known(request));
                yield Reply.of("image/png", request.text("large").isEmpty() ? cut.picture() : cut.enlarged());
            }
            case "example" -> Reply.of("audio/wav", EventSound.wav(example(request), 1));
            case "example-picture" -> Reply.of("image/png", example(request).picture());
            default -> throw new RefusedRequest(GONE, "there is nothing of this name");
        };
    }

    private Reply changed(Request request, String window) throws RefusedRequest, IOException {
        switch (request.what()) {
            case "verdict" -> {
                return judge(window, request);
            }
            case "undo" -> {
                return undo(window);
            }
            case "pass" -> desk.pass(window, known(request).event());
            case "restart" -> desk.restart(window);
            case "leave" -> desk.leave(window);
            case "learn" -> learning.start(request.flag("sample"), desk.log());
            case "stop" -> {
                if (learning.isRunning()) {
                    throw Request.wrong("It is learning: wait until that is done, or end the review by Ctrl-C.");
                }
                over.set(true);
                return Reply.json(Map.of("lines", ReviewEnd.lines(material, desk.log())));
            }
            default -> throw new RefusedRequest(GONE, "there is nothing of this name");
        }
        return Reply.json(Map.of());
    }

    private Map<String, Object> folder() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("name", PlainText.of(material.name()));
        all.put("kinds", material.choices().stream().map(ReviewAnswers::word).toList());
        all.put("classes", material.classes().stream().map(PlainText::of).toList());
        all.put("precision", material.goals().precision());
        all.put("width", material.goals().width());
        all.put("known", material.classes().stream().map(PlainText::of).toList());
        return all;
    }

    /** The class with the number that the page sent; null for all. */
    private String label(Request request) throws RefusedRequest {
        double index = request.number("label");
        if (Double.isNaN(index) || index < 0) {
            return null;
        }
        if (index >= material.classes().size()) {
            throw Request.wrong("there is no class " + index);
        }
        return material.classes().get((int) index);
    }

    private static String word(Choice choice) {
        return choice.name().toLowerCase(Locale.ROOT);
    }

    private Choice choice(Request request) throws RefusedRequest {
        for (Choice choice : material.choices()) {
            if (word(choice).equals(request.text("kind"))) {
                return choice;
            }
        }
        throw Request.wrong("events of this kind cannot be asked");
    }

    private Map<String, Object> ask(String window, Request request) throws RefusedRequest {
        Choice choice = choice(request);
        String label = label(request);
        Map<String, Object> all = new LinkedHashMap<>();
        while (true) {
            Optional<Asked> next = desk.ask(window, choice, label);
            if (next.isEmpty()) {
                boolean passed = desk.hasPassed(window);
                all.put("passed", passed);
                all.put(
                        "message",
                        passed
                                ? "All other events have a verdict, or another window asks them."
                                : "All events have a verdict, or another window asks them. Another kind of question or"
                                        + " class may have more.");
                break;
            }
            Optional<Map<String, Object>> question = question(next.get());
            if (question.isPresent()) {
                all.put("question", question.get());
                break;
            }
        }
        all.put("missing", missing());
        return all;
    }

    private Map<String, Object> reopened(String window, String event) {
        Optional<Map<String, Object>> question = desk.reopen(window, event).flatMap(this::question);
        return question.<Map<String, Object>>map(q -> Map.of("question", q))
                .orElse(Map.of("message", "This event cannot be shown any more."));
    }

    /** What the page shows of an event; empty if its recording cannot be read, which is noted. */
    private Optional<Map<String, Object>> question(Asked asked) {
        ReviewedEvent event = asked.event();
        EventSound.Cut cut;
        try {
            cut = cut(asked);
        } catch (IOException | RuntimeException e) {
            desk.lose(event.recording(), Diagnosis.of(e).message());
            return Optional.empty();
        }
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("id", EventId.of(event.key()));
        all.put("recording", PlainText.of(event.recording()));
        all.put("label", PlainText.of(event.label()));
        all.put("score", event.score());
        all.put("onset", event.start());
        all.put("offset", event.end());
        boolean band = event.low() >= 0 && event.high() > event.low();
        all.put("low", band ? event.low() : null);
        all.put("high", band ? event.high() : null);
        all.put("why", asked.why());
        all.put("unlisted", asked.draw().isUnlisted());
        all.put("verdict", verdict(desk.standing(event)));
        Map<String, Object> snippet = new LinkedHashMap<>();
        snippet.put("start", cut.sound().start());
        snippet.put("end", cut.sound().end());
        snippet.put("highHz", cut.highHz());
        snippet.put("rate", cut.sound().rate());
        all.put("snippet", snippet);
        EventSound.Stretch example = material.training().examples().of(event.label());
        all.put(
                "example",
                example == null ? null : PlainText.of(example.recording().getFileName() + ""));
        return Optional.of(all);
    }

    private static Map<String, Object> verdict(Standing standing) {
        if (standing == null) {
            return null;
        }
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("number", standing.number());
        all.put("answer", standing.verdict().answer().word());
        all.put("other", PlainText.of(standing.verdict().other()));
        all.put("box", standing.verdict().box());
        return all;
    }

    private Asked known(Request request) throws RefusedRequest {
        return desk.known(request.text("event"))
                .orElseThrow(() -> new RefusedRequest(GONE, "this event was not asked: open the page again"));
    }

    private EventSound.Cut cut(Asked asked) throws IOException {
        ReviewedEvent event = asked.event();
        return sound.cut(EventSound.Stretch.around(
                material.recording(event.recording()),
                event,
                material.training().hearing()));
    }

    private EventSound.Cut example(Request request) throws RefusedRequest, IOException {
        EventSound.Stretch known =
                material.training().examples().of(known(request).event().label());
        if (known == null) {
            throw new RefusedRequest(GONE, "no clip of this class is known");
        }
        return sound.cut(new EventSound.Stretch(
                known.recording(),
                known.start(),
                known.end(),
                material.training().hearing()));
    }

    private static int slower(Request request) throws RefusedRequest {
        double slower = request.number("slower");
        if (slower != 1 && slower != 2 && slower != 10) {
            throw Request.wrong("sound is played 1, 2 or 10 times slower");
        }
        return (int) slower;
    }

    private Reply judge(String window, Request request) throws RefusedRequest, IOException {
        Asked asked = known(request);
        double seen = request.number("standing");
        double took = request.number("took");
        Verdict verdict;
        try {
            Answer answer = Answer.of(request.text("answer"));
            String other = answer == Answer.OTHER ? named(request.text("other")) : "";
            if (other.equals(asked.event().label())) {
                answer = Answer.YES;
                other = "";
            }
            verdict = new Verdict(
                    asked.event(),
                    answer,
                    other,
                    box(request.object("box")),
                    asked.draw(),
                    took >= 0 ? Math.min(took, LONGEST_THOUGHT) : Double.NaN,
                    Instant.now());
        } catch (IllegalArgumentException e) {
            throw Request.wrong(e.getMessage());
        }
        try {
            return Reply.json(Map.of("verdict", verdict(desk.judge(window, seen >= 0 ? (long) seen : 0, verdict))));
        } catch (ConflictException e) {
            return conflict(e);
        }
    }

    private static Reply conflict(ConflictException e) throws IOException {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("error", "Another window has judged this event meanwhile.");
        all.put("verdict", verdict(e.other()));
        return Reply.json(CONFLICT, all);
    }

    /** The class that is meant by a name as the page shows it, or a new one. */
    private String named(String typed) throws RefusedRequest {
        String name = typed.strip();
        if (name.isEmpty()) {
            throw Request.wrong("another class needs a name");
        }
        for (String known : material.classes()) {
            if (PlainText.of(known).equals(name)) {
                return known;
            }
        }
        return PlainText.of(name);
    }

    private static Verdict.Box box(JsonNode box) throws RefusedRequest {
        if (box == null) {
            return null;
        }
        return new Verdict.Box(
                Request.number("start", box.get("start")),
                Request.number("end", box.get("end")),
                Request.number("low", box.get("low")),
                Request.number("high", box.get("high")));
    }

    private Reply undo(String window) throws IOException {
        try {
            Optional<Verdict> undone = desk.undo(window);
            return Reply.json(
                    undone.isEmpty()
                            ? Map.of("message", "This window has no verdict to undo.")
                            : Map.of(
                                    "event",
                                    EventId.of(undone.get().event().key()),
                                    "undone",
                                    undone.get().answer().word()));
        } catch (ConflictException e) {
            return Reply.json(Map.of(
                    "message", "Not undone: another window has judged the event of your last verdict again since."));
        }
    }

    private Map<String, Object> summary(Request request) throws RefusedRequest {
        double precision = request.number("precision");
        double width = request.number("width");
        ReviewFigures figures = ReviewFigures.of(
                material,
                desk.log(),
                precision > 0 && precision < 1 ? precision : material.goals().precision(),
                width > 0 && width < 1 ? width : material.goals().width());
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("first", figures.first());
        all.put("verdicts", figures.verdicts());
        all.put("of", figures.of());
        all.put(
                "classes",
                figures.classes().stream().map(ReviewFigures.OfClass::plain).toList());
        all.put("total", figures.total());
        all.put("remarks", figures.remarks().stream().map(PlainText::of).toList());
        all.put("missing", missing());
        all.put("learning", learning.state(desk.log()));
        return all;
    }

    private List<String> missing() {
        Map<String, String> missing = desk.missing();
        List<String> lines = new ArrayList<>();
        missing.forEach((recording, reason) -> {
            if (lines.size() < NAMED) {
                lines.add(PlainText.of(recording + ": " + reason));
            }
        });
        if (missing.size() > NAMED) {
            lines.add("and " + (missing.size() - NAMED) + " more");
        }
        return lines;
    }
}
