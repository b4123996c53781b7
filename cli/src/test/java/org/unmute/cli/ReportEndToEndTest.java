package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.benchmark.fixture.RunFixture;
import org.unmute.benchmark.fixture.RunFixture.Skill;
import org.unmute.benchmark.results.Name;
import org.unmute.cli.console.ExitCode;
import org.unmute.files.PlainText;

/** {@code unmute report} on generated runs. */
class ReportEndToEndTest {
    @TempDir
    private Path folder;

    private Path run;
    private Path out;

    @BeforeEach
    void write() throws IOException {
        run = RunFixture.standard(folder.resolve("run")).folder();
        out = folder.resolve("out");
    }

    @Test
    void writesOnePageAndEachTableAndFigure() throws Exception {
        Ran ran = Ran.ok("report", run, "--out", out, "--title", "A & B <1>");
        assertThat(ran.out())
                .contains("1 of 24 planned cells is not finished: beats/urban/proto", "70.20 ± 0.36\n")
                .contains("nothing is compared, since there are no intervals over the test clips", "report.html");
        String html = Files.readString(out.resolve("report.html"));
        assertThat(html).contains("A &amp; B &lt;1&gt;", "89.24").doesNotContain("<script", "@import", "src=\"http");
        DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .parse(out.resolve("report.html").toFile());
        try (Stream<Path> files = Files.list(out.resolve("figures"))) {
            List<Path> all = files.toList();
            assertThat(all).hasSizeGreaterThan(40);
            for (Path f : all) {
                String name = f.getFileName().toString();
                if (name.endsWith(".svg")) {
                    DocumentBuilderFactory.newDefaultInstance()
                            .newDocumentBuilder()
                            .parse(f.toFile());
                } else {
                    assertThat(Files.readAllLines(f)).as(name).hasSizeGreaterThan(1);
                }
            }
        }
        assertThat(Files.readAllLines(out.resolve("tables/results.csv")))
                .hasSize(20)
                .first()
                .isEqualTo("dataset,encoder,probe,metric,mean,sd,seeds,validation_mean,validation_sd,"
                        + "parameters,prototypes,clips_per_second,published,published_source,interval_low,"
                        + "interval_high,standing");
        assertThat(Files.readString(out.resolve("tables/results.csv")))
                .contains("urban,eat,protobin,mAP,0.702", ",0.8924,Table 2,,,untested");
        assertThat(Files.readString(out.resolve("tables/results.tex")))
                .contains("70.20 {\\scriptsize$\\pm$ 0.36} {\\scriptsize no interval}")
                .doesNotContain("\\textbf")
                .contains("\\textit{89.24}", "\\toprule");
        assertThat(Files.readString(out.resolve("tables/results.md")))
                .contains("70.20 ± 0.36 no interval")
                .doesNotContain("**70")
                .contains("*89.24*");
    }

    /** Titles of grids and names of classes are untrusted, too. */
    @Test
    void hostileTitlesAndClassesReachNoFileOfTheReport() throws IOException {
        String acting = "\u001B[2J\u009B1m\u202E\u2066\r";
        Name encoder = new Name("eat", "=cmd" + acting + "()");
        Name dataset = new Name("urban", "@set" + acting);
        RunFixture hostile = new RunFixture(
                folder.resolve("hostile"), List.of(encoder), List.of(dataset), List.of("linear", "mhca"));
        for (String probe : List.of("linear", "mhca")) {
            Path cell = hostile.cell(encoder, dataset, probe, Map.of(), 0.5, 0.6);
            for (String seed : List.of("seed-0", "seed-1")) {
                Path classes = cell.resolve(seed).resolve("per-class.csv");
                Files.writeString(
                        classes,
                        Files.readString(classes)
                                .replace("siren", "\"+siren" + acting + "\"")
                                .replace("drilling", "\"line\nbreak\""));
            }
        }
        Ran.ok("report", hostile.folder(), "--out", out);
        int checked = 0;
        try (Stream<Path> files = Files.walk(out)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = file.getFileName().toString();
                if (!name.endsWith(".png")) {
                    checked++;
                    String text = Files.readString(file);
                    assertThat(text.lines().flatMapToInt(String::codePoints).filter(PlainText::acts))
                            .as(name)
                            .isEmpty();
                    if (name.endsWith(".csv")) {
                        assertThat(text).as(name).doesNotContainPattern("(?m)(^|,)\"?[=@+](cmd|set|siren)");
                    }
                }
            }
        }
        assertThat(checked).isGreaterThan(20);
        assertThat(out.resolve("report.html")).content().contains("=cmd\u25A1[2J\u25A11m\u25A1");
        assertThat(out.resolve("tables/results.md")).content().contains("=cmd\uFFFD\\[2J\uFFFD1m\uFFFD");
        assertThat(out.resolve("tables/classes-urban-eat.csv")).content().contains("'+siren\uFFFD");
        assertThat(out.resolve("tables/classes-urban-eat.md")).content().contains("line break");
    }

    @Test
    void publishedNumbersAreNeitherBoldNorInAMean() throws IOException {
        Ran.ok("report", run, "--out", out);
        String html = Files.readString(out.resolve("report.html"));
        assertThat(html).contains("<td>89.24</td>").doesNotContain("<b>89.24</b>");
        String before = Files.readString(out.resolve("tables/results.md"))
                .lines()
                .filter(l -> l.contains("mAP, 2 rows"))
                .findFirst()
                .orElseThrow();
        double eat = (0.701 + 0.699 + 0.706) / 3;
        assertThat(before).contains(String.format("%.2f", 100 * (eat + eat + 2 * 0.037) / 2));
        try (Stream<Path> files = Files.list(out.resolve("figures"))) {
            assertThat(files).noneMatch(f -> f.toString().endsWith(".png"));
        }
    }

    /** The highest mean of a row is bold only if it differs significantly from the others on the test clips. */
    @Test
    void onlyWhatIsTestedIsBold() throws IOException {
        RunFixture scored = new RunFixture(
                folder.resolve("scored"),
                List.of(RunFixture.EAT),
                List.of(RunFixture.URBAN, RunFixture.ESC),
                List.of("linear", "mhca", "protobin"));
        scored.scored(RunFixture.EAT, RunFixture.URBAN, "linear", new Skill(0.3, 1), 400, 1);
        scored.scored(RunFixture.EAT, RunFixture.URBAN, "mhca", new Skill(0.4, 2), 400, 1);
        scored.scored(RunFixture.EAT, RunFixture.URBAN, "protobin", new Skill(0.8, 3), 400, 1);
        scored.scored(RunFixture.EAT, RunFixture.ESC, "linear", new Skill(0.3, 1), 400, 2);
        scored.scored(RunFixture.EAT, RunFixture.ESC, "mhca", new Skill(0.6, 2), 400, 2);
        scored.scored(RunFixture.EAT, RunFixture.ESC, "protobin", new Skill(0.61, 3), 400, 2);
        Ran ran = Ran.ok("report", scored.folder(), "--out", out, "--json");
        for (JsonNode cell : ran.json().path("cells")) {
            assertThat(cell.path("interval").get(0).asDouble())
                    .isLessThan(cell.path("mean").asDouble());
            assertThat(cell.path("interval").get(1).asDouble())
                    .isGreaterThan(cell.path("mean").asDouble());
        }
        List<String> lines = Files.readAllLines(out.resolve("tables/results.csv"));
        assertThat(lines.stream().map(l -> l.substring(l.lastIndexOf(',') + 1)))
                .containsExactly("standing", "lower", "lower", "best", "lower", "among_best", "among_best");
        String html = Files.readString(out.resolve("report.html"));
        assertThat(html.split("<td class=\"best\"><b>", -1)).hasSize(2);
        assertThat(html.split("<td><u>", -1)).hasSize(3);
        assertThat(html.split("<small class=\"interval\">\\[", -1)).hasSize(7);
        assertThat(html)
                .contains("Bold: the best probe, which differs from all others.")
                .doesNotContain("no interval");
        Ran table = Ran.ok("report", scored.folder(), "--out", out);
        assertThat(table.out()).contains(" *", " ~", "* best of the row");
        Ran without = Ran.ok("report", scored.folder(), "--out", out, "--bootstrap", 0);
        assertThat(without.out()).doesNotContain(" ~", " *");
        Ran.unmute("report", scored.folder(), "--out", out, "--bootstrap", -1).endsWith(ExitCode.USAGE);
    }

    @Test
    void jsonHasCellsWinsAndFiles() {
        JsonNode json = Ran.ok("report", run, "--out", out, "--json", "--win-sd", "opponent")
                .json();
        assertThat(json.path("cells")).hasSize(23);
        assertThat(json.path("missing").get(0).asText()).isEqualTo("beats/urban/proto");
        assertThat(json.path("wins").path("rule").asText()).isEqualTo("opponent");
        assertThat(json.path("wins").path("wins").get(4).get(0).asInt()).isEqualTo(4);
        assertThat(json.path("files").get(0).asText()).isEqualTo("report.html");
    }

    @Test
    void filesOfAnEarlierReportDoNotStay() throws IOException {
        Ran.ok("report", run, "--out", out);
        Path mine = Files.writeString(out.resolve("figures/mine.txt"), "mine");
        RunFixture less = new RunFixture(
                folder.resolve("less"), List.of(RunFixture.EAT), List.of(RunFixture.URBAN), List.of("linear", "mhca"));
        less.cell(RunFixture.EAT, RunFixture.URBAN, "linear", Map.of(), 0.5, 0.6);
        less.cell(RunFixture.EAT, RunFixture.URBAN, "mhca", Map.of(), 0.5, 0.6);
        assertThat(out.resolve("figures/wins.svg")).exists();
        int before = out.resolve("figures").toFile().list().length;
        JsonNode json = Ran.ok("report", less.folder(), "--out", out, "--json").json();
        List<String> figures = json.path("files")
                .valueStream()
                .map(JsonNode::asText)
                .filter(f -> f.startsWith("figures/"))
                .map(f -> f.substring("figures/".length()))
                .toList();
        assertThat(figures).hasSizeLessThan(before - 1);
        assertThat(out.resolve("figures").toFile().list())
                .hasSize(figures.size() + 1)
                .contains("mine.txt");
        assertThat(mine).exists();
    }

    @Test
    void theSameRunGivesTheSameFiles() throws IOException {
        Ran.ok("report", run, "--out", out);
        Ran.ok("report", run, "--out", folder.resolve("again"));
        for (String file :
                List.of("tables/results.csv", "figures/wins.svg", "figures/gain.svg", "tables/classes-urban-eat.csv")) {
            assertThat(folder.resolve("again").resolve(file)).hasSameBinaryContentAs(out.resolve(file));
        }
    }

    @Test
    void damagedOrMissingInputIsRefused() throws IOException {
        Ran.unmute("report", folder.resolve("nowhere"), "--out", out)
                .fails(ExitCode.INPUT, "nowhere", "no such folder");
        Ran.unmute("report", "--out", out).fails(ExitCode.USAGE, "RUN");
        Files.writeString(run.resolve("eat/urban/linear/cell.json"), "{");
        assertThat(Ran.error(ExitCode.INPUT, "report", run, "--out", out))
                .contains("eat/urban/linear/cell.json")
                .doesNotContain("bug");
        assertThat(out).doesNotExist();
    }
}
