package org.unmute.cli.option;

import java.nio.file.Path;
import java.util.Map;
import java.util.Stack;
import org.unmute.cli.console.CommandException;
import org.unmute.data.annotation.Coverage;
import org.unmute.options.HelpTopic;
import org.unmute.options.InputPath;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Options that state whether tables of events mark every event in a recording. */
@HelpTopic("Labels")
public final class CoverageOptions {
    @InputPath
    @Option(
            names = "--complete",
            arity = "0..1",
            paramLabel = "FILE",
            preprocessor = Attached.class,
            description = "All that is there is marked, so that elsewhere the classes are absent. Without it, Raven's"
                    + " selections and Audacity's labels say nothing beyond the marks and --margin. --complete=FILE"
                    + " names what is complete: a table with a column file, class or both.")
    private String complete;

    @Option(names = "--sparse", description = "Other tables of events, too, say nothing beyond the marks and --margin.")
    private boolean sparse;

    @Option(
            names = "--margin",
            paramLabel = "SECONDS",
            description =
                    "What was looked at on both sides of a mark: the other classes are absent there (default: 5).")
    private Double margin;

    /** Consumes a value only if it is attached by '=', so that the next word remains an argument. */
    static final class Attached implements IParameterPreprocessor {
        @Override
        public boolean preprocess(Stack<String> args, CommandSpec command, ArgSpec option, Map<String, Object> info) {
            if (!"=".equals(info.get("separator"))) {
                args.push("");
            }
            return false;
        }
    }

    /** Whether any of these options was given. */
    boolean given() {
        return complete != null || sparse || margin != null;
    }

    /** The rule that the options describe. */
    Coverage.Rule rule() {
        boolean all = complete != null && complete.isEmpty();
        if (all && (sparse || margin != null)) {
            throw CommandException.usage("--complete says that all that is there is marked, "
                    + (sparse ? "--sparse" : "--margin") + " that it is not: give one, or --complete=FILE");
        }
        Coverage.Tables tables =
                all ? Coverage.Tables.COMPLETE : sparse ? Coverage.Tables.SPARSE : Coverage.Tables.USUAL;
        Path list = all || complete == null ? null : Path.of(complete);
        try {
            return new Coverage.Rule(tables, margin == null ? Coverage.Rule.DEFAULT_MARGIN : margin, list);
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(e.getMessage() + " (--margin)", e);
        }
    }
}
