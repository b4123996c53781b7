package org.unmute.cli.probe;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.option.LabelOptions;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.data.provenance.RunRecord;
import org.unmute.data.split.LabelAudit;
import org.unmute.options.HelpTopic;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.TokenCache;
import picocli.CommandLine.Option;

/** Options and output of the label audit that precedes a training. */
@HelpTopic("Labels")
public final class TrainingAudit {
    @Option(
            names = "--min-positives",
            paramLabel = "N",
            description = "Warn of classes with fewer clips to train on (default: ${DEFAULT-VALUE}).")
    private int minPositives = 5;

    @Option(
            names = "--strict-labels",
            description =
                    "Stop with status 3 if the audit of the labels finds something else than clips without label.")
    private boolean strict;

    /**
     * Audits the labels of all splits that are in the cache.
     *
     * @param train  the clips to train on
     * @param splits the splits of these clips
     * @param record receives all findings
     * @param tell   receives a line for each kind of finding
     * @throws CommandException if there are problems and {@code --strict-labels} was given
     */
    public void run(
            LabelOptions labels,
            Manifest train,
            List<String> splits,
            TokenCache tokens,
            RunRecord record,
            Consumer<String> tell)
            throws IOException {
        Map<String, String> sounds = new HashMap<>();
        for (CachedClip clip : tokens.clips()) {
            sounds.put(clip.id(), clip.audioSha256());
        }
        Manifest all = train;
        if (labels.isFile()) {
            try {
                all = LabelOptions.matched(
                                labels.read(train.labels().names(), List.of("all"), new RunRecord(List.of()), null),
                                sounds.keySet())
                        .manifest();
            } catch (CommandException e) {
                tell.accept("labels: only the training clips were audited: " + e.getMessage());
            }
        }
        LabelAudit audit = LabelAudit.of(
                all, clip -> sounds.getOrDefault(clip.file(), clip.file()), trained(all, splits), minPositives);
        record.result("labelAudit", audit.describe());
        audit.lines().forEach(line -> tell.accept("labels: " + line));
        if (strict && !audit.isClean()) {
            throw CommandException.input("the audit of " + labels.source() + " found: "
                    + audit.problems().getFirst() + (audit.problems().size() > 1 ? " (and more)" : "")
                    + ": correct the labels, or leave --strict-labels out");
        }
    }

    private static List<String> trained(Manifest all, List<String> splits) {
        return splits.equals(List.of("all"))
                ? all.clips().stream().map(LabelledClip::split).distinct().toList()
                : splits;
    }
}
