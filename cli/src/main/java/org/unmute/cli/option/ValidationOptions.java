package org.unmute.cli.option;

import java.util.List;
import org.unmute.cli.console.CommandException;
import org.unmute.options.HelpTopic;
import org.unmute.probes.decision.ThresholdRule;
import picocli.CommandLine.Option;

/** Options that choose the clips for learning thresholds and calibration, and the criterion for thresholds. */
@HelpTopic("Decisions")
public final class ValidationOptions {
    private static final String NONE = "none";

    @Option(
            names = "--val-split",
            paramLabel = "NAME",
            split = ",",
            description =
                    "Splits on which thresholds and calibration are learned; never trained on (default: the training"
                            + " clips, with a split named validation, valid, val or dev: each is scored by a probe that"
                            + " was trained without its recording, and the probe that is kept trains on all).")
    private List<String> splits;

    @Option(
            names = "--val-share",
            paramLabel = "SHARE",
            description =
                    "Set this share of the training clips aside instead, whole recordings, stratified by class: 0.1."
                            + " They are not trained on. No class loses more than half of its clips.")
    private Double share;

    @Option(
            names = "--thresholds",
            paramLabel = "RULE",
            defaultValue = "f1",
            description = "What the threshold of each class is chosen for: f1 (maximum F1), precision=X (the most"
                    + " detections of which the share X is right), or none: no thresholds, no calibration"
                    + " (default: ${DEFAULT-VALUE}).")
    private String rule;

    /**
     * The criterion for thresholds; null to learn none.
     *
     * @throws CommandException if there is no such rule, or options contradict each other
     */
    public ThresholdRule rule() {
        if (splits != null && share != null) {
            throw CommandException.usage("--val-split and --val-share both say which clips thresholds are learned on:"
                    + " give one of them");
        }
        if (share != null && !(share > 0 && share < 1)) {
            throw CommandException.usage("--val-share must be above 0 and below 1, is " + share);
        }
        if (rule.strip().equalsIgnoreCase(NONE)) {
            if (splits != null || share != null) {
                throw CommandException.usage("--thresholds none learns nothing on the clips of "
                        + (splits != null ? "--val-split" : "--val-share") + ": leave one of the two out");
            }
            return null;
        }
        try {
            return ThresholdRule.parse(rule);
        } catch (IllegalArgumentException e) {
            throw CommandException.usage("--" + e.getMessage() + "; none for no thresholds", e);
        }
    }

    /** The given validation splits; null if none were given. */
    public List<String> splits() {
        return splits;
    }

    /** The share of training clips to set aside; null if none was given. */
    public Double share() {
        return share;
    }
}
