package org.unmute.events.review;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.unmute.data.verdict.Draw;
import org.unmute.data.verdict.ReviewedEvent;
import org.unmute.data.verdict.Verdict;
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
        /** Events whose scores are nearest to the threshold, for training. */
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

    /** All questions of a choice about a class, in order. */
    public synchronized List<Question> questions(Choice choice, String label) {
        return orders.computeIfAbsent(choice + " " + label, k -> List.copyOf(order(choice, label)));
    }

    private List<Question> order(Choice choice, String label) {
        return switch (choice) {
            case SAMPLE -> sample(label);
            case UNLISTED -> {
                UnlistedStretches stretches = UnlistedStretches.of(list, label, plan.stretch);
                Draw draw = stretches.draw(plan.unlisted);
                yield stretches.sample(plan.unlisted).stream()
                        .map(e -> new Question(e, draw))
                        .toList();
            }
            case DOUBTFUL -> doubtful(label);
            case LISTED -> notRandom(list.of(label), Draw.Kind.SEARCH);
        };
    }

    private List<Question> sample(String label) {
        ReviewSample sample = ReviewSample.of(list, label);
        List<Question> all = new ArrayList<>();
        for (ReviewedEvent event : sample.order()) {
            all.add(new Question(event, sample.draw(list, all.size(), plan.sample)));
        }
        return all;
    }

    private List<Question> doubtful(String label) {
        double threshold = logit(threshold(label));
        List<ReviewedEvent> events = new ArrayList<>(list.of(label));
        events.removeIf(e -> Double.isNaN(e.score()));
        events.sort(Comparator.comparingDouble(e -> Math.abs(logit(e.score()) - threshold)));
        return notRandom(events, Draw.Kind.DOUBTFUL);
    }

    private List<Question> notRandom(List<ReviewedEvent> events, Draw.Kind kind) {
        Draw draw = Draw.notRandom(kind, list.floor(), list.digest());
        return events.stream().map(e -> new Question(e, draw)).toList();
    }

    private static double logit(double score) {
        double inside = Math.clamp(score, 1e-9, 1 - 1e-9);
        return Math.log(inside / (1 - inside));
    }

    /**
     * The next question: the first one of a class whose event has no verdict and is not shown.
     *
     * @param label the class; null to take turns: the class with the fewest verdicts first
     * @param log   the verdicts so far
     * @param shown events that are asked elsewhere, such as in another window
     */
    public Optional<Question> next(Choice choice, String label, VerdictLog log, Set<ReviewedEvent.Key> shown) {
        Set<ReviewedEvent.Key> taken = new HashSet<>(shown);
        Map<String, Integer> given = new HashMap<>();
        for (Verdict verdict : log.all()) {
            taken.add(verdict.event().key());
            given.merge(verdict.event().label(), 1, Integer::sum);
        }
        List<String> labels = label != null ? List.of(label) : new ArrayList<>(list.labels());
        return labels.stream()
                .sorted(Comparator.comparingInt((String l) -> given.getOrDefault(l, 0)))
                .map(l -> first(choice, l, taken))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private Optional<Question> first(Choice choice, String label, Set<ReviewedEvent.Key> taken) {
        return questions(choice, label).stream()
                .filter(q -> !taken.contains(q.event().key()))
                .findFirst();
    }
}
