package org.unmute.cli.probe;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.cli.score.LearnedScores;
import org.unmute.cli.score.Scoring;
import org.unmute.cli.score.SeedScores;
import org.unmute.data.Manifest;
import org.unmute.data.provenance.Json;
import org.unmute.data.provenance.Units;
import org.unmute.metrics.Bootstrap;
import org.unmute.metrics.DecisionScores;
import org.unmute.metrics.interval.AurocInterval;
import org.unmute.probes.decision.EventDecisions;
import org.unmute.probes.pool.TrainedProbe;

/**
 * What the validation clips, which training left out, show about a probe: mAP and AUROC, the standing of each class,
 * and whether more clips would help. Means over the seeds.
 */
public final class LeftOutScores {
    private static final int WORST = 5;
    /** With fewer clips of a class, nobody can tell how good it is. */
    private static final int ENOUGH_CLIPS = 5;
    /** From this average precision a class is good: about half of its reports are right. */
    private static final double GOOD = 0.5;

    private final ValidationClips held;
    private final Scoring scoring;
    private final Bootstrap bootstrap;
    private final List<LearningCurve> curves = new ArrayList<>();
    private final List<EventDecisions> events = new ArrayList<>();

    /** How far a class can be relied on. */
    public enum Standing {
        /** It is ranked well on enough clips. */
        GOOD,
        /** It is ranked badly, or on too few clips. */
        DOUBTFUL,
        /** {@code detect} does not look for it. */
        OFF,
        /** No clip tells. */
        UNKNOWN
    }

    /**
     * A class.
     *
     * @param clips            left-out clips that have it
     * @param averagePrecision in their ranking; NaN without a clip
     * @param auroc            of the ranking; NaN without a clip, or without one that lacks the class
     * @param reason           why it is not good; empty if it is
     */
    public record OneClass(
            String name, int clips, double averagePrecision, double auroc, Standing standing, String reason) {}

    /** @param held at least one clip */
    LeftOutScores(ValidationClips held) {
        this.held = held;
        scoring = new Scoring(held.clips(), false, Bootstrap.withSeed(0).resamples(), 0);
        bootstrap = Bootstrap.withSeed(0).drawing(held.groupOfEach());
    }

    /**
     * Adds the scores of a seed, {@code [clips, classes]}.
     *
     * @param half  by the probes of half of the clips; null for none
     * @param probe with what it learned from the scores
     */
    void add(float[][] scores, float[][] half, TrainedProbe probe) {
        scoring.add(scores, probe.decisions());
        if (half != null) {
            curves.add(LearningCurve.of(half, scores, held.clips(), bootstrap));
        }
        if (probe.eventDecisions() != null) {
            events.add(probe.eventDecisions());
        }
    }

    /** A metric, with the ends of its interval no further than it can be. */
    private SeedScores.Value value(String metric) {
        SeedScores.Value v = scoring.value(metric);
        return new SeedScores.Value(v.mean(), v.sd(), Math.max(0, v.low()), Math.min(1, v.high()));
    }

    /** Whether any class has clips with it and without it. */
    private boolean isRanked() {
        return !Double.isNaN(value("auroc_macro_skip").mean());
    }

    /** The learning curve, averaged over the seeds; null if there is none. */
    LearningCurve curve() {
        return curves.isEmpty() || !isRanked()
                ? null
                : new LearningCurve(
                        mean(LearningCurve::half),
                        mean(LearningCurve::all),
                        mean(LearningCurve::low),
                        mean(LearningCurve::high));
    }

    private double mean(ToDoubleFunction<LearningCurve> of) {
        return curves.stream().mapToDouble(of).average().orElseThrow();
    }

    /** The classes, in the order of the probe. */
    List<OneClass> classes() {
        Manifest clips = held.clips();
        int[] positives = scoring.positives();
        double[] precision = scoring.averagePrecision();
        double[] auroc = scoring.auroc();
        Set<String> trained = new HashSet<>();
        held.train().clips().forEach(clip -> trained.addAll(clip.labels()));
        List<OneClass> all = new ArrayList<>();
        for (int c = 0; c < positives.length; c++) {
            String name = clips.labels().names().get(c);
            Standing standing = Standing.DOUBTFUL;
            String reason;
            EventDecisions.OneClass off = off(c);
            AurocInterval interval = AurocInterval.of(auroc[c], positives[c], known(c) - positives[c]);
            if (positives[c] == 0) {
                standing = Standing.UNKNOWN;
                reason = !trained.contains(name)
                        ? "no training clip has it"
                        : held.folds() == null
                                ? "no validation clip has it"
                                : "all of its clips are of one recording, which cannot be left out";
            } else if (Double.isNaN(auroc[c])) {
                standing = Standing.UNKNOWN;
                reason = "every clip has it: label clips without it";
            } else if (off != null) {
                standing = Standing.OFF;
                reason = chance(off.aurocLow(), off.aurocHigh());
            } else if (positives[c] < ENOUGH_CLIPS) {
                reason = "too few clips to tell";
            } else if (interval.holdsChance()) {
                reason = chance(interval.low(), interval.high());
            } else if (precision[c] < GOOD) {
                reason = decided(c);
            } else {
                standing = Standing.GOOD;
                reason = "";
            }
            all.add(new OneClass(name, positives[c], precision[c], auroc[c], standing, reason));
        }
        return all;
    }

    /** The decision of a seed that a class is off; null if there is none. */
    private EventDecisions.OneClass off(int c) {
        return events.stream()
                .map(e -> e.classes().get(c))
                .filter(EventDecisions.OneClass::isOff)
                .findFirst()
                .orElse(null);
    }

    private int known(int c) {
        boolean[][] known = held.clips().known();
        int n = held.clips().clips().size();
        for (int i = 0; known != null && i < known.length; i++) {
            n -= known[i][c] ? 0 : 1;
        }
        return n;
    }

    private static String chance(double low, double high) {
        return String.format(Locale.ROOT, "the ranking may be chance: AUROC %.2f to %.2f (95 %%)", low, high);
    }

    /** How many reports at the threshold are right, and how many clips are found. */
    private String decided(int c) {
        LearnedScores learned = scoring.learned().orElseThrow();
        double hits = learned.mean(DecisionScores.OneClass::hits)[c];
        return String.format(
                Locale.ROOT,
                "%.0f of %.0f reports right, %.0f of %d clips found",
                hits,
                learned.mean(DecisionScores.OneClass::predicted)[c],
                hits,
                scoring.positives()[c]);
    }

    /** For JSON and the record. */
    ObjectNode document() {
        LearningCurve curve = curve();
        ObjectNode document = Json.object()
                .put("source", held.source())
                .put("clips", scoring.clips())
                .put(held.groups().noun() + "s", new HashSet<>(held.groupOfEach()).size())
                .putPOJO("mAP", value("mAP_macro_skip"))
                .putPOJO("auroc", value("auroc_macro_skip"));
        if (curve != null) {
            document.putPOJO("learningCurve", curve).put("moreClips", curve.advice());
        }
        document.set("learned", scoring.document().get("learned"));
        return document.putPOJO("classes", classes());
    }

    /** Prints a few lines and the worst classes, or every class. */
    void print(PrintWriter o, boolean perClass) {
        List<OneClass> classes = classes();
        int groups = new HashSet<>(held.groupOfEach()).size();
        o.println("left-out clips (" + scoring.clips() + ", of "
                + Units.count(groups, held.groups().noun()) + "): "
                + (isRanked()
                        ? inWords("mAP", value("mAP_macro_skip")) + ", " + inWords("AUROC", value("auroc_macro_skip"))
                        : "no mAP, since no class has both clips with it and clips without it"));
        if (held.groups().named().isEmpty() && groups == scoring.clips()) {
            o.println("(each file counts as a recording of its own: --group-column names what files have in common)");
        }
        LearningCurve curve = curve();
        if (curve != null) {
            o.println(curve);
        } else if (held.folds() != null && curves.isEmpty()) {
            o.println("no learning curve: it takes clips of 5 " + held.groups().noun() + "s or more");
        }
        o.printf(
                Locale.ROOT,
                "classes: %d good (average precision %.1f or more on %d clips or more), %d doubtful, %d off%s%n",
                count(classes, Standing.GOOD),
                GOOD,
                ENOUGH_CLIPS,
                count(classes, Standing.DOUBTFUL),
                count(classes, Standing.OFF),
                count(classes, Standing.UNKNOWN) == 0 ? "" : ", " + count(classes, Standing.UNKNOWN) + " unknown");
        List<OneClass> bad = classes.stream()
                .filter(c -> c.standing() != Standing.GOOD)
                .sorted(Comparator.comparingDouble(OneClass::averagePrecision).thenComparing(OneClass::clips))
                .toList();
        if (perClass) {
            scoring.classTable().print(o);
        }
        if (!bad.isEmpty()) {
            ConsoleTable table = new ConsoleTable(perClass ? "not good" : "the worst", "", "clips", "AP", "");
            bad.stream()
                    .limit(perClass ? bad.size() : WORST)
                    .forEach(c -> table.row(
                            c.name(),
                            c.standing().name().toLowerCase(Locale.ROOT),
                            c.clips(),
                            c.averagePrecision(),
                            c.reason()));
            table.print(o);
        }
        if (!perClass && classes.size() > WORST) {
            o.println("--per-class prints all " + classes.size() + " classes");
        }
    }

    private static long count(List<OneClass> classes, Standing standing) {
        return classes.stream().filter(c -> c.standing() == standing).count();
    }

    private static String inWords(String name, SeedScores.Value value) {
        return String.format(Locale.ROOT, "%s %.3f (%.3f to %.3f)", name, value.mean(), value.low(), value.high());
    }
}
