package org.unmute.cli.explain;

import java.util.ArrayList;
import java.util.List;
import org.unmute.cli.console.CommandException;
import org.unmute.report.clip.Explainer;
import picocli.CommandLine.Option;

/** Options that say which classes are explained, and by how many terms. */
public final class ExplainedClasses {
    @Option(
            names = "--class",
            paramLabel = "NAME",
            description = "A class to explain; may be repeated (default: the three with the highest scores).")
    private List<String> classes = new ArrayList<>();

    @Option(
            names = "--top",
            paramLabel = "N",
            description =
                    "Prototypes, or other terms, shown for each class: those that say most for or against it (default:"
                            + " ${DEFAULT-VALUE}).")
    private int top = 5;

    /**
     * Checks the number of terms.
     *
     * @throws CommandException if it is out of range
     */
    public void requireValid() {
        if (top < 1) {
            throw CommandException.usage("--top must be at least 1, is " + top);
        }
    }

    /** Terms for each class. */
    public int top() {
        return top;
    }

    /**
     * Indices of the classes; empty for those with the highest scores.
     *
     * @throws CommandException if the probe has no such class
     */
    public List<Integer> of(Explainer explainer) {
        try {
            return classes.stream().map(explainer::classIndex).distinct().toList();
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(e.getMessage(), e);
        }
    }
}
