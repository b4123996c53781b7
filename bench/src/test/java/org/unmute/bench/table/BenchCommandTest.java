package org.unmute.bench.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class BenchCommandTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        CommandLine line =
                BenchCommand.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return line.execute(arguments);
    }

    private String results(RowResult... rows) throws IOException {
        Path file = folder.resolve("results.json");
        ResultFile.write(file, List.of(rows));
        return file.toString();
    }

    @Test
    void theListNamesRowsAndPeers() {
        assertThat(run("--list", "--only", "embed")).isZero();
        assertThat(out.toString()).contains("embed-eat-t2").contains("peers: torch-debian");
    }

    @Test
    void helpTellsExamplesAndExitStatus() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).contains("Examples:").contains("3   a file of results is missing or malformed");
    }

    @Test
    void whatIsNotUnderstoodIsAnErrorOfUse() {
        assertThat(run("--only", "(")).isEqualTo(2);
        assertThat(run("--only", "no such row")).isEqualTo(2);
        assertThat(run("--peers", "fast")).isEqualTo(2);
        assertThat(run("--rounds", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("no regular expression", "leave no row", "there is no 'fast'");
    }

    @Test
    void theCaseOfOneRowIsWrittenToANewFolder() {
        Path made = folder.resolve("cases/fbank");
        assertThat(run("--only", "^fbank-t1$", "--write-case", made.toString())).isZero();
        assertThat(made.resolve("case.json")).isNotEmptyFile();
        assertThat(run("--only", "^fbank-t1$", "--write-case", made.toString())).isEqualTo(3);
        assertThat(run("--only", "fbank", "--write-case", made.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("fbank").contains("--write-case takes one row, and --only selects 2");
    }

    @Test
    void filesThatAreMissingOrWrongAreErrorsOfInput() throws IOException {
        assertThat(run("--from", folder.resolve("none.json").toString())).isEqualTo(3);
        assertThat(run("--from", Files.writeString(folder.resolve("x"), "{").toString()))
                .isEqualTo(3);
    }

    @Test
    void theReportHoldsTheTableAndWhatWasThere() throws IOException {
        String results = results(Results.row("vit-b1-t2", Results.timed("unmute", 80)));
        Path report = Files.writeString(folder.resolve("r.md"), "# Mine\n");
        assertThat(run("--from", results, "--only", "vit|fbank", "--out", report.toString()))
                .isZero();
        assertThat(Files.readString(report)).startsWith("# Mine\n").contains("(`vit-b1-t2`)");
        assertThat(out.toString()).contains("(`vit-b1-t2`)").contains("--only 'vit|fbank' --out");
    }
}
