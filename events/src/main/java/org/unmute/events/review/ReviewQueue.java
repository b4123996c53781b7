package org.unmute.events.review;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.unmute.data.verdict.Draw;
import org.unmute.data.verdict.ReviewedEvent;
import org.unmute.data.verdict.VerdictLog;

/**
 * Chooses what to ask a listener next. What it chooses depends only on the list, the plan and the verdicts so far.
 * Thread-safe.
 */
public final class ReviewQueue {
    /** By what events are chosen. */
    public enum Choice {
        /** The random sample of the listed events: the only choice that gives estimates. */
        SAMPLE,
        /** Random stretches without a listed event of the class, for estimates of what was missed. */
        UNLISTED,
        /** Events where right ones end by score, as far as the verdicts so far tell, for training. */
        DOUBTFUL,
        /** All events from the highest score down, such as results of a search. */
        LISTED
    }

    /**
     * What is planned for a class.
     *
     * @param sample     events in the random sample of a class
     * @param unlisted   stretches without a listed event
     * @param stretch    length of such a stretch, in seconds
     * @param thresholds thresholds by class, for classes whose threshold is not that of the list
     */
    public record Plan(int sample, int unlisted, double stretch, Map<String, Double> thresholds) {
        /** 50 events and 20 stretches of 10 s. */
        public static final Plan DEFAULT = new Plan(50, 20, 10, Map.of());

        public Plan {
            thresholds = Map.copyOf(thresholds);
        }
    }

    /**
     * An event to ask about.
     *
     * @param draw how it was chosen, for its verdict
     */
    public record Question(ReviewedEvent event, Draw draw) {}

    private final ListedEvents list;
    private final Plan plan;
    private final Map<String, List<Question>> orders = new HashMap<>();

    /** A queue for a list. */
    public ReviewQueue(ListedEvents list, Plan plan) {
        this.list = list;
        this.plan = plan;
    }

    /** The list. */
    public ListedEvents list() {
        return list;
    }

    /** The plan. */
    public Plan plan() {
        return plan;
    }

    /** The threshold of a class in force: that of the plan, of the list, or else its lowest score. */
    public double threshold(String label) {
        double own = plan.thresholds.getOrDefault(label, list.threshold(label));
        List<ReviewedEvent> events = list.of(label);
        return Double.isFinite(own) || events.isEmpty() ? own : events.getLast().score();
    }

    /**
     * All questions of a choice about a class, in order.
     *
     * @param log the verdicts so far, which the order of {@link Choice#DOUBTFUL} follows; what they say about another
     *            event that shares at least half of one is not asked again, but in a random sample
     */
    public List<Question> questions(Choice choice, String label, VerdictLog log) {
        List<Question> all = choice == Choice.DOUBTFUL ? List.of() : fixed(choice, label);
        return switch (choice) {
            case SAMPLE, UNLISTED -> all;
            case DOUBTFUL -> doubtful(label, new JudgedEvents(log, label));
            case LISTED -> {
                JudgedEvents judged = new JudgedEvents(log, label);
                yield all.stream()
                        .filter(q -> !judged.isKnownByAnother(q.event()))
                        .toList();
            }
        };
    }

    /**
     * The first questions of some choices, class by class, in the order of {@link Choice}.
     *
     * @param most number of questions of a class, by choice
     * @param log  the verdicts so far
     */
    public List<Question> first(Map<Choice, Integer> most, VerdictLog log) {
        List<Question> first = new ArrayList<>();
        for (String label : list.labels()) {
            for (Choice choice : Choice.values()) {
                if (most.containsKey(choice)) {
                    questions(choice, label, log).stream()
                            .limit(most.get(choice))
                            .filter(q -> !list.isConfirmed(q.event().key()))
                            .forEach(first::add);
                }
            }
        }
        return first;
    }

    private synchronized List<Question> fixed(Choice choice, String label) {
        return orders.computeIfAbsent(choice + " " + label, k -> switch (choice) {
            case SAMPLE -> sample(label);
            case UNLISTED -> unlisted(label);
            default -> notRandom(list.of(label), Draw.Kind.SEARCH);
        });
    }

    private List<Question> unlisted(String label) {
        UnlistedStretches stretches = UnlistedStretches.of(list, label, plan.stretch);
        Draw draw = stretches.draw(plan.unlisted);
        return stretches.sample(plan.unlisted).stream()
                .map(e -> new Question(e, draw))
                .toList();
    }

    private List<Question> sample(String label) {
        ReviewSample sample = ReviewSample.of(list, label);
        List<Question> all = new ArrayList<>();
        for (ReviewedEvent event : sample.order()) {
            all.add(new Question(event, sample.draw(list, all.size(), plan.sample)));
        }
        return all;
    }

    private List<Question> doubtful(String label, JudgedEvents judged) {
        List<ReviewedEvent> events =
                list.of(label).stream().filter(e -> !Double.isNaN(e.score())).toList();
        double threshold = plan.thresholds.getOrDefault(label, list.threshold(label));
        int above = (int) events.stream().filter(e -> e.score() > threshold).count();
        // A threshold that all listed events exceed does not tell where right ones end.
        int guess = above < events.size() ? above : -1;
        List<ReviewedEvent> asked = new ProbabilisticBisection(events, guess, judged::answer)
                .fromBoundary().stream()
                        .filter(e -> !judged.isKnownByAnother(e))
                        .toList();
        return notRandom(asked, Draw.Kind.DOUBTFUL);
    }

    private List<Question> notRandom(List<ReviewedEvent> events, Draw.Kind kind) {
        Draw draw = Draw.notRandom(kind, list.floor(), list.digest());
        return events.stream().map(e -> new Question(e, draw)).toList();
    }

    /**
     * The next question: the first one of a class whose event can be asked.
     *
     * @param label the class; null to take turns: the class with the fewest verdicts first
     * @param open  whether an event can be asked: it has no verdict and is not shown elsewhere
     * @param log   the verdicts so far
     */
    public Optional<Question> next(Choice choice, String label, Predicate<ReviewedEvent> open, VerdictLog log) {
        Map<String, Integer> given = new HashMap<>();
        log.all().forEach(v -> given.merge(v.event().label(), 1, Integer::sum));
        List<String> labels = label != null ? List.of(label) : new ArrayList<>(list.labels());
        return labels.stream()
                .sorted(Comparator.comparingInt((String l) -> given.getOrDefault(l, 0)))
                .map(l -> questions(choice, l, log).stream()
                        .filter(q -> !list.isConfirmed(q.event().key()) && open.test(q.event()))
                        .findFirst())
                .flatMap(Optional::stream)
                .findFirst();
    }
}
