package org.unmute.cli.probe;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.unmute.data.provenance.RunRecord;
import org.unmute.data.provenance.Units;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.train.HeldOutCurve;
import org.unmute.probes.train.LinearFit;
import org.unmute.probes.train.TokenSet;
import org.unmute.probes.train.TrainingSettings;
import org.unmute.tensor.optim.Lbfgs;

/**
 * A run of trained probes, as it is recorded and printed.
 *
 * @param choice     of the probe
 * @param folder     of the run
 * @param set        the tokens that were trained on
 * @param validation the clips that thresholds were learned on
 * @param missing    names of labelled clips that are not in the cache
 * @param leftOut    what these clips show; null if there are none
 * @param noEvents   why no thresholds of events were learned; null if they were
 * @param search     the command that searches for the marks that the clips were cut around; null for none
 * @param seeds      the training with each seed
 */
public record TrainedRun(
        ProbeChoice choice,
        Path folder,
        TokenSet set,
        ValidationClips validation,
        List<String> missing,
        LeftOutScores leftOut,
        String noEvents,
        String search,
        Map<String, SeedRun> seeds) {
    /** With fewer clips of a class, verdicts on what a search finds do better than a probe of these clips. */
    private static final int FEW_CLIPS = 20;

    /** The training with one seed, for JSON and the record. */
    record SeedRun(
            String file,
            long parameters,
            Map<String, String> settings,
            Object options,
            Double firstEpochLoss,
            Double lastEpochLoss,
            HeldOutCurve heldOutLoss,
            LinearFit.Fitted fit,
            Double clipsPerSecond,
            Integer backgroundClips,
            EventDecisionTable events) {
        static SeedRun of(String file, TrainedProbe probe, SeedTraining.Trained trained, TrainingSettings settings) {
            double[] losses = trained.result().losses().epochs();
            double pace = trained.result().throughput().clipsPerSecond();
            boolean fitted = trained.fitted() != null;
            return new SeedRun(
                    file,
                    probe.probe().parameterCount(),
                    fitted ? Map.of("loss", settings.objective().loss().name()) : settings.describe(),
                    probe.probe().options().values(),
                    fitted ? null : losses[0],
                    fitted ? null : losses[losses.length - 1],
                    trained.heldOut(),
                    trained.fitted(),
                    fitted || Double.isNaN(pace) ? null : pace,
                    trained.background(),
                    EventDecisionTable.of(probe));
        }

        /** How the training went, in lines. */
        private List<String> course() {
            if (fit != null) {
                return List.of(String.format(
                        Locale.ROOT,
                        "  loss %.4f %s %d steps of L-BFGS, C = %s%s",
                        fit.minimum().loss(),
                        fit.minimum().end() == Lbfgs.End.ITERATIONS
                                ? "and still falling after"
                                : "at its minimum after",
                        fit.minimum().iterations(),
                        fit.strength(),
                        fit.leftOut().isEmpty() ? "" : " by the loss of left-out clips"));
            }
            String loss = String.format(
                    Locale.ROOT,
                    "  loss %.4f in the first epoch, %.4f in the last of %s%s",
                    firstEpochLoss,
                    lastEpochLoss,
                    settings.get("epochs"),
                    pace());
            if (heldOutLoss == null) {
                return List.of(loss);
            }
            return heldOutLoss.isStillFalling(lastEpochLoss)
                    ? List.of(
                            loss,
                            "  " + heldOutLoss.inWords(),
                            "  training ended while still improving: --epochs "
                                    + 2 * Integer.parseInt(settings.get("epochs")) + " is likely to be better")
                    : List.of(loss, "  " + heldOutLoss.inWords());
        }

        private String pace() {
            return clipsPerSecond == null
                    ? ""
                    : String.format(
                            Locale.ROOT, clipsPerSecond < 100 ? ", %.1f clips/s" : ", %.0f clips/s", clipsPerSecond);
        }
    }

    private record Result(
            String run,
            String probe,
            int clips,
            List<String> missing,
            String loss,
            ValidationClips.Summary thresholds,
            ObjectNode leftOut,
            Map<String, SeedRun> runs) {}

    /** Adds the results to the record. */
    void addTo(RunRecord record, TokenCache tokens) {
        record.result("probe", choice.name())
                .result("clips", set.clips())
                .result("classes", validation.train().labels().names())
                .result("missing", missing)
                .result("loss", choice.loss().toString())
                .result("padding", set.tokens().isSoundOnly() ? "left out" : "as sound")
                .result("thresholds", validation.summary())
                .result("leftOut", leftOut == null ? null : leftOut.document())
                .result("cache", tokens.key().toString())
                .result("runs", seeds);
    }

    /** The document for JSON. */
    public Object document() {
        return new Result(
                folder.toString(),
                choice.name(),
                set.clips(),
                missing,
                choice.loss().objective().loss().name(),
                validation.summary(),
                leftOut == null ? null : leftOut.document(),
                seeds);
    }

    /** Prints the same facts for a terminal, without a row for each class unless they are wanted. */
    public void print(PrintWriter o, boolean perClass) {
        if (!missing.isEmpty()) {
            o.println(missing.size() + " labelled files are not in the cache and were left out, the first: "
                    + missing.getFirst());
        }
        if (leftOut != null) {
            leftOut.print(o, perClass);
            o.println();
        }
        validation.print(o);
        seeds.forEach((seed, run) -> {
            if (run.events() != null) {
                run.events().print(seed, o, perClass);
            }
        });
        if (noEvents != null) {
            o.println("no thresholds of events learned: " + noEvents);
        }
        o.println(choice.loss());
        seeds.forEach((seed, run) -> {
            o.printf(
                    Locale.ROOT,
                    "%s, %s: %d clips, %s parameters: %s%n",
                    choice.name(),
                    seed,
                    set.clips(),
                    run.parameters(),
                    folder.resolve(run.file()));
            run.course().forEach(o::println);
        });
        long few = search == null ? 0 : classesOfFewClips();
        if (few > 0) {
            o.println("fewer than " + FEW_CLIPS + " clips of " + Units.count(few, "class")
                    + ": better is a probe of what this finds, to listen to:");
            o.println("  " + search);
        }
    }

    private long classesOfFewClips() {
        return validation.train().clips().stream()
                .flatMap(clip -> clip.labels().stream())
                .collect(Collectors.groupingBy(name -> name, Collectors.counting()))
                .values()
                .stream()
                .filter(clips -> clips < FEW_CLIPS)
                .count();
    }
}
