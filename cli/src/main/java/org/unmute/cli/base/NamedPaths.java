package org.unmute.cli.base;

import java.io.IOException;
import java.lang.reflect.AnnotatedElement;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.unmute.cli.console.CommandException;
import org.unmute.files.RegularFile;
import org.unmute.options.InputPath;
import org.unmute.options.OutputPath;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * The paths that a command line names.
 *
 * @param inputs  what is read
 * @param outputs what is written
 */
record NamedPaths(List<Named> inputs, List<Named> outputs) {
    /**
     * A path.
     *
     * @param label of the option or parameter
     * @param kind  null for an input
     */
    record Named(String label, Path path, OutputPath.Kind kind) {}

    static NamedPaths of(ParseResult parsed) {
        NamedPaths all = new NamedPaths(new ArrayList<>(), new ArrayList<>());
        for (ArgSpec arg : parsed.commandSpec().args()) {
            if (arg.userObject() instanceof AnnotatedElement field) {
                OutputPath output = field.getAnnotation(OutputPath.class);
                if (output != null) {
                    add(all.outputs, arg, output.value());
                } else if (field.isAnnotationPresent(InputPath.class)) {
                    add(all.inputs, arg, null);
                }
            }
        }
        return all;
    }

    private static void add(List<Named> all, ArgSpec arg, OutputPath.Kind kind) {
        String label = arg instanceof OptionSpec option ? option.longestName() : arg.paramLabel();
        for (String value : arg.stringValues()) {
            try {
                all.add(new Named(label, Path.of(value), kind));
            } catch (InvalidPathException e) {
                // It is a name, and the command finds out what of.
            }
        }
    }

    /** Single files that are to be written. */
    List<Path> outputFiles() {
        return outputs.stream()
                .filter(o -> o.kind == OutputPath.Kind.FILE)
                .map(Named::path)
                .toList();
    }

    /**
     * Requires that no output file is an input, too, also through a link.
     *
     * @throws CommandException naming the options
     */
    void requireApart() throws IOException {
        for (Named output : outputs) {
            if (!RegularFile.isFile(output.path)) {
                continue;
            }
            for (Named input : inputs) {
                if (RegularFile.isFile(input.path) && Files.isSameFile(input.path, output.path)) {
                    throw CommandException.usage(output.label + " " + output.path + " would replace what is read, "
                            + input.label + " " + input.path + ": name another file");
                }
            }
        }
    }
}
