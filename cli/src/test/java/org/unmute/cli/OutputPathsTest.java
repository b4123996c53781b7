package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unmute.cli.command.Commands;
import org.unmute.cli.console.ExitCode;
import org.unmute.options.InputPath;
import org.unmute.options.OutputPath;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** No command replaces a file that is not its own, and each folder belongs to the command that made it. */
class OutputPathsTest {
    @TempDir
    static Path folder;

    private static WritingCommands commands;

    @BeforeAll
    static void prepare() throws IOException {
        commands = new WritingCommands(Files.createDirectory(folder.resolve("inputs")));
    }

    /**
     * An option that names an output.
     *
     * @param ending of the name of the output
     * @param line   makes a command line with a value of the option
     */
    private record Output(
            String command, String option, OutputPath.Kind kind, String ending, Function<Path, List<Object>> line) {
        /** The paths that the command reads. */
        List<Path> inputs(Path any) {
            Object[] words = line.apply(any).toArray();
            CommandLine root = new CommandLine(CommandSpec.create().name("unmute"));
            Commands.ALL.forEach(root::addSubcommand);
            List<Path> inputs = new ArrayList<>();
            CommandSpec parsed = root.setCaseInsensitiveEnumValuesAllowed(true)
                    .parseArgs(Stream.of(words).map(Object::toString).toArray(String[]::new))
                    .subcommand()
                    .commandSpec();
            for (ArgSpec arg : parsed.args()) {
                if (isMarked(arg, InputPath.class)) {
                    arg.stringValues().stream().map(Path::of).forEach(inputs::add);
                }
            }
            return inputs;
        }

        Ran run(Path out, Object... more) {
            List<Object> words = new ArrayList<>(line.apply(out));
            words.remove("--force");
            return Ran.unmute(Ran.with(words.toArray(), more));
        }

        @Override
        public String toString() {
            return command + " " + option;
        }
    }

    private static List<Object> line(String command, Path out, Object... more) {
        return List.of(Ran.with(commands.of(command).line().apply(out).toArray(), more));
    }

    private static Path fresh() throws IOException {
        return Files.createTempDirectory(folder, "fresh").resolve("out");
    }

    static List<Output> outputs() throws IOException {
        List<Output> all = new ArrayList<>();
        for (WritingCommands.Case one : commands.all()) {
            String option = switch (one.name()) {
                case "tag" -> "--scores";
                case "convert" -> "OUT.safetensors";
                case "review" -> "--export";
                default -> "--out";
            };
            OutputPath.Kind kind = one.file() == null ? OutputPath.Kind.FOLDER : OutputPath.Kind.FILE;
            String ending =
                    one.file() == null ? "" : one.file().substring(one.file().indexOf('.'));
            all.add(new Output(one.name(), option, kind, ending, one.line()));
        }
        Path other = fresh();
        all.add(new Output(
                "features",
                "--out",
                OutputPath.Kind.FILE,
                ".csv",
                out -> List.of("features", "-q", "--audio", commands.clip, "--pool", "mean", "--out", out)));
        all.add(new Output(
                "eval",
                "--confusion",
                OutputPath.Kind.FILE,
                ".csv",
                out -> line("eval", other.resolve("eval"), "--confusion", out)));
        all.add(new Output(
                "soundscape",
                "--stems",
                OutputPath.Kind.FOLDER,
                "",
                out -> line("soundscape", other.resolve("scenes"), "--stems", out)));
        all.add(new Output(
                "search",
                "--index",
                OutputPath.Kind.CACHE,
                "",
                out -> List.of(Ran.line(
                        "search -q --cache {} --like test/000000.wav --out {} --index {}",
                        commands.cache,
                        other.resolve("found"),
                        out))));
        all.add(new Output(
                "benchmark",
                "--cache",
                OutputPath.Kind.CACHE,
                "",
                out -> line("benchmark", other.resolve("run"), "--cache", out)));
        return all;
    }

    private static boolean isMarked(ArgSpec arg, Class<? extends Annotation> mark) {
        return arg.userObject() instanceof AnnotatedElement field && field.isAnnotationPresent(mark);
    }

    private static Stream<ArgSpec> args(Class<?> command) {
        return new CommandLine(command).getCommandSpec().args().stream();
    }

    private static String name(Class<?> command, ArgSpec arg) {
        return new CommandLine(command).getCommandName() + " "
                + (arg instanceof OptionSpec option ? option.longestName() : arg.paramLabel());
    }

    @Test
    void eachPathIsAnInputOrAnOutput() {
        for (Class<?> command : Commands.ALL) {
            args(command)
                    .filter(arg -> arg.type() == Path.class
                            || Arrays.asList(arg.auxiliaryTypes()).contains(Path.class))
                    .forEach(arg -> assertThat(isMarked(arg, InputPath.class))
                            .as("%s must be marked as InputPath or OutputPath", name(command, arg))
                            .isNotEqualTo(isMarked(arg, OutputPath.class)));
        }
    }

    @Test
    void eachOutputIsTried() throws IOException {
        TreeSet<String> marked = new TreeSet<>();
        for (Class<?> command : Commands.ALL) {
            args(command).filter(arg -> isMarked(arg, OutputPath.class)).forEach(arg -> marked.add(name(command, arg)));
        }
        assertThat(outputs()).extracting(Output::toString).containsAll(marked);
    }

    /** All below a folder but locks: bytes of files, and targets of links. */
    private static Map<String, String> contents(Path folder) throws IOException {
        Map<String, String> all = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.toList()) {
                if (Files.isSymbolicLink(path)) {
                    all.put(path.toString(), "-> " + Files.readSymbolicLink(path));
                } else if (!path.toString().endsWith("lock")) {
                    all.put(
                            path.toString(),
                            Files.isDirectory(path) ? "" : Arrays.hashCode(Files.readAllBytes(path)) + "");
                }
            }
        }
        return all;
    }

    private static String refused(Output output, Path out, Path kept, Object... more) throws IOException {
        Map<String, String> before = contents(kept);
        Ran ran = output.run(out, more);
        assertThat(ran.status()).as("%s %s: %s", output, out, ran).isNotEqualTo(ExitCode.OK);
        assertThat(ran.err()).as("%s", output).doesNotContain("bug in unmute");
        assertThat(contents(kept)).as("%s %s: %s", output, out, ran).isEqualTo(before);
        return ran.err();
    }

    private static boolean isFile(Output output) {
        return output.kind != OutputPath.Kind.FOLDER && !output.toString().equals("benchmark --cache");
    }

    @ParameterizedTest
    @MethodSource("outputs")
    void whatIsNotItsOwnStays(Output output) throws IOException {
        Path own = Files.createTempDirectory(folder, "own");
        Path foreign = Files.writeString(own.resolve("foreign" + output.ending), "file,label\na.wav,mine\n");
        String said = refused(output, foreign, own);
        if (isFile(output)) {
            assertThat(said).contains("--force replaces it");
        }
        Path link = Files.createSymbolicLink(own.resolve("link" + output.ending), foreign);
        refused(output, link, own);
        Path in = Files.createDirectories(own.resolve("folder" + output.ending));
        Files.writeString(in.resolve("notes.txt"), "mine");
        if (!output.toString().equals("benchmark --cache")) { // whose caches are folders in it
            refused(output, in, own);
        }
    }

    @ParameterizedTest
    @MethodSource("outputs")
    void noInputIsReplaced(Output output) throws IOException {
        Path inputs = folder.resolve("inputs");
        Object[] force = output.kind == OutputPath.Kind.FILE || output.option.equals("--index")
                ? new Object[] {"--force"}
                : new Object[0];
        for (Path input : output.inputs(folder.resolve("any"))) {
            boolean isOfRun = output.toString().equals("eval --out") && input.equals(commands.trained);
            if (!Files.exists(input) || isOfRun || output.toString().equals("benchmark --cache")) {
                continue;
            }
            refused(output, input, inputs, force);
            if (Files.isRegularFile(input)) {
                Path link = Files.createTempDirectory(folder, "link").resolve("x" + input.getFileName());
                Files.createSymbolicLink(link, input);
                refused(output, link, inputs, force);
                assertThat(Files.isSymbolicLink(link)).isTrue();
            }
        }
    }

    /** A folder of each command, which every other one must leave alone. */
    @Test
    void aFolderBelongsToTheCommandThatMadeIt() throws IOException {
        Map<String, Path> made = new TreeMap<>();
        List<WritingCommands.Case> all =
                commands.all().stream().filter(c -> c.file() == null).toList();
        for (WritingCommands.Case one : all) {
            Path out = folder.resolve("made").resolve(one.name());
            one.run(out).endsWith(ExitCode.OK);
            made.put(one.name(), out);
        }
        Path kept = folder.resolve("made");
        for (Output output : outputs()) {
            if (output.kind == OutputPath.Kind.FOLDER) {
                for (Map.Entry<String, Path> one : made.entrySet()) {
                    if (!one.getKey().equals(output.command)) {
                        assertThat(refused(output, one.getValue(), kept))
                                .as(output + " into a folder of " + one.getKey())
                                .contains(one.getValue().toString());
                    }
                }
            }
        }
    }

    /** What a script repeats must not fail because its own results are there. */
    @Test
    void theSameCommandReplacesItsOwn() throws IOException {
        for (WritingCommands.Case one : commands.all()) {
            Path out = folder.resolve("twice-" + one.name());
            List<Object> line = new ArrayList<>(one.line().apply(one.target(out)));
            line.remove("--force");
            Ran.ok(line.toArray());
            if (!one.name().equals("soundscape")) { // does not begin where complete scenes are
                Ran.ok(line.toArray());
            }
            Ran.ok("fsck", "-q", out);
        }
    }
}
