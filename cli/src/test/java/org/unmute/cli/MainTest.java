package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.audio.UnreadableAudioException;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.ExitCode;
import org.unmute.cli.console.Failure;
import org.unmute.convert.ConversionException;
import org.unmute.data.MalformedTableException;
import org.unmute.data.set.DatasetException;
import org.unmute.files.MalformedFileException;
import org.unmute.tensor.backend.Backends;
import picocli.CommandLine.Model.OptionSpec;

class MainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
    }

    @Test
    void helpNamesEveryCommandAndExitStatus() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).contains("soundscape", "Exit status:", "  0  done", "  4  the requested device");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void versionNamesProgramAndJava() {
        assertThat(run("--version")).isZero();
        assertThat(out.toString()).contains("unmute ", "commit ", "Java " + Runtime.version());
    }

    @Test
    void everyCommandExplainsItselfWithoutBugs() {
        for (String command : Main.commandLine().getSubcommands().keySet()) {
            assertThat(run("help", command)).as(command).isZero();
        }
        assertThat(out.toString()).doesNotContain("${");
    }

    /** {@code --help} fits a screen and shows what must be given; {@code --help-all} leaves nothing out. */
    @Test
    void helpHasTwoLevels() {
        Main.commandLine().getSubcommands().forEach((command, line) -> {
            if (command.equals("help")) {
                return;
            }
            List<OptionSpec> shown = line.getCommandSpec().options().stream()
                    .filter(option -> !option.hidden())
                    .toList();
            List<OptionSpec> main = HelpLevels.mainOptions(line.getCommandSpec());
            assertThat(main).as(command).hasSizeLessThanOrEqualTo(14).doesNotContainNull();
            assertThat(main)
                    .containsAll(shown.stream().filter(OptionSpec::required).toList());
            StringWriter brief = new StringWriter();
            assertThat(Main.run(new PrintWriter(brief), new PrintWriter(err), command, "--help"))
                    .isZero();
            assertThat(brief.toString().lines()).as(brief.toString()).hasSizeLessThanOrEqualTo(40);
            assertThat(brief.toString().lines()).allMatch(text -> text.length() <= 100);
            assertThat(brief.toString().replaceAll("[^(]", ""))
                    .as(brief.toString())
                    .hasSameSizeAs(brief.toString().replaceAll("[^)]", ""));
            assertThat(brief.toString()).contains("--help-all", "All " + shown.size() + " options, by topic.");
            StringWriter all = new StringWriter();
            assertThat(Main.run(new PrintWriter(all), new PrintWriter(err), command, "--help-all"))
                    .isZero();
            String text = all.toString().replace("--[no-]", "--");
            for (OptionSpec option : shown) {
                assertThat(text).as(command).containsPattern(option.longestName() + "(?![\\w-])");
            }
        });
    }

    @Test
    void onlyTheCommandThatIsAskedForIsMade() {
        for (String command : Main.commandLine().getSubcommands().keySet()) {
            if (!command.equals("help")) {
                assertThat(Main.commandLine(command, "--help").getSubcommands().keySet())
                        .containsExactly(command);
            }
        }
        int all = Main.commandLine().getSubcommands().size();
        for (String other : new String[] {"help", "--help", "soundscap", "Embed", "main", ""}) {
            assertThat(Main.commandLine(other).getSubcommands()).as(other).hasSize(all);
        }
        assertThat(Main.commandLine().getSubcommands()).hasSize(all);
    }

    @Test
    void misspelledCommandsGetASuggestion() {
        assertThat(run("soundscap")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("soundscap").contains("soundscape");
        assertThat(run()).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("a command is missing");
    }

    /** A request for the help of an unknown command must not look like success. */
    @ParameterizedTest
    @CsvSource({
        "soundscap --help, soundscape",
        "embd -h, embed",
        "--help repotr, report",
        "-V tagg, tag",
        "Detect --version, detect",
        "evla --audio x --help, eval",
        "help probes, probe"
    })
    void aWordThatIsNoCommandIsAnErrorEvenWithHelp(String line, String near) {
        assertThat(run(line.split(" "))).isEqualTo(ExitCode.USAGE);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString())
                .contains(line.startsWith("help") ? "probes" : "is no command; did you mean '" + near + "'?")
                .contains("unmute --help");
    }

    @Test
    void aWordUnlikeAnyCommandIsToldAllCommands() {
        assertThat(run("xylophone\u001b[31m", "--help")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString())
                .contains("is no command: there are", "embed", "doctor")
                .doesNotContain("\u001b");
        assertThat(run("", "--help")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("an empty word is no command");
    }

    @Test
    void helpOfWhatIsThereStaysHelp() {
        for (String line : new String[] {"--help", "-h", "--version", "-V", "help", "help embed", "embed --help"}) {
            assertThat(run(line.split(" "))).as(line).isZero();
        }
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void knownFailuresAreOneLineAndNoBug() {
        check(
                new MalformedFileException("m.safetensors", 8, null, "too-short", "x"),
                ExitCode.INPUT,
                "m.safetensors: too-short");
        check(new MalformedTableException(Path.of("l.csv"), 3, "ragged"), ExitCode.INPUT, "l.csv:3: ragged");
        check(new DatasetException("esc50", "no such fold"), ExitCode.INPUT, "dataset esc50: no such fold");
        check(new ConversionException("no key map fits"), ExitCode.INPUT, "no key map fits");
        check(unavailable(), ExitCode.DEVICE, "backend abacus is not known");
        check(new UnreadableAudioException("a.wav", "empty"), ExitCode.INPUT, "a.wav: empty");
        check(
                new UncheckedIOException(new NoSuchFileException("gone")),
                ExitCode.INPUT,
                "no such file or folder: gone");
        check(new FileNotFoundException("b"), ExitCode.INPUT, "cannot open: b");
        check(new AccessDeniedException("secret"), ExitCode.INPUT, "no permission: secret");
        check(
                new FileSystemException("f", null, "No space left on device"),
                ExitCode.FAILED,
                "No space left on device: f");
        check(new IOException("pipe"), ExitCode.FAILED, "pipe");
        check(
                new IllegalArgumentException("matmul: inner sizes differ"),
                ExitCode.FAILED,
                "matmul: inner sizes differ");
        check(CommandException.failed("no such backend"), ExitCode.FAILED, "no such backend");
        check(new OutOfMemoryError(), ExitCode.FAILED, "UNMUTE_JAVA_OPTS");
    }

    private static Throwable unavailable() {
        return catchThrowable(() -> Backends.open("abacus", 1));
    }

    private static void check(Throwable thrown, int status, String message) {
        Failure failure = Failure.of(thrown);
        assertThat(failure.exitCode()).isEqualTo(status);
        assertThat(failure.message()).contains(message).doesNotContain("\n");
        assertThat(failure.bug()).isFalse();
    }

    /** Programs that run commands in their own process may run many of them. */
    @Test
    void aCommandLeavesNoThreadsAndTheBackendOfBefore() {
        Backends.Choice before = Backends.choice();
        long threads = workers();
        for (int i = 0; i < 3; i++) {
            assertThat(run("doctor", "--device", "cpu", "--threads", "4")).isZero();
            assertThat(run("doctor", "--device", "cpu", "--threads", "0", "--profile"))
                    .isEqualTo(ExitCode.OK);
            assertThat(run("labels")).isEqualTo(ExitCode.USAGE);
        }
        assertThat(workers()).isEqualTo(threads);
        assertThat(Backends.choice()).isSameAs(before);
    }

    private static long workers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.getName().startsWith("unmute-"))
                .count();
    }

    @Test
    void unforeseenFailuresAreCalledBugs() {
        Failure failure = Failure.of(new NullPointerException());
        assertThat(failure.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(failure.bug()).isTrue();
        assertThat(failure.message()).contains("bug").contains("NullPointerException");
    }
}
