package org.unmute.benchmark.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.unmute.benchmark.fixture.RunFixture.BEATS;
import static org.unmute.benchmark.fixture.RunFixture.EAT;
import static org.unmute.benchmark.fixture.RunFixture.URBAN;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.benchmark.fixture.RunFixture;
import org.unmute.files.InputException;

/** Reading runs: finished, missing, damaged and duplicate cells. */
class RunComparisonTest {
    @TempDir
    private Path folder;

    private RunFixture run;

    @BeforeEach
    void write() throws IOException {
        run = RunFixture.standard(folder.resolve("a"));
    }

    private ComparedRuns read(Path... more) throws IOException {
        List<Path> all = new ArrayList<>(List.of(run.folder()));
        all.addAll(List.of(more));
        return RunComparison.read(all);
    }

    @Test
    void finishedCellsAreReadAndTheOthersListed() throws IOException {
        Files.createDirectories(run.folder().resolve("beats/urban/proto/seed-0"));
        ComparedRuns results = read();
        assertThat(results.entries()).hasSize(19);
        assertThat(results.variants())
                .hasSize(4)
                .allSatisfy(v -> assertThat(v.cell().prototypes()).isEqualTo(5));
        assertThat(results.missing()).containsExactly("beats/urban/proto");
        assertThat(results.planned()).isEqualTo(24);
        assertThat(results.columns())
                .extracting(Column::label)
                .containsExactly("linear", "mhca", "linpre", "proto", "protobin");
        assertThat(results.encoders()).containsExactly(EAT, BEATS);
        assertThat(results.remarks())
                .containsExactly(
                        "Tables show protobin with 20 prototypes a class; 5 prototypes are in the effect of J alone (4"
                                + " cells).");
        assertThat(results.entries().getFirst().cell().path()).isEqualTo("eat/urban/linear");
        Score protobin = results.score(EAT, URBAN, results.column("protobin").orElseThrow());
        assertThat(protobin.mean()).isEqualTo(0.702, within(1e-12));
        assertThat(protobin.sd()).isEqualTo(Math.sqrt((1e-6 + 9e-6 + 16e-6) / 2), within(1e-12));
        assertThat(results.score(BEATS, URBAN, results.column("proto").orElseThrow())
                        .defined())
                .isFalse();
    }

    @Test
    void detailsAreAveragedOverTheSeeds() throws IOException {
        Entry entry = read().entries().getFirst();
        assertThat(entry.detail().classes())
                .hasSize(10)
                .allSatisfy(c -> assertThat(c.ap().seeds()).isEqualTo(3));
        assertThat(entry.detail().classes().get(3).positives()).isEqualTo(120 + 40);
        assertThat(entry.detail().epochs()).hasSize(30);
        assertThat(entry.detail().epochs().getLast().epoch()).isEqualTo(30);
        assertThat(entry.detail().calibration()).hasSize(10);
        assertThat(entry.detail().calibration().getFirst().count()).isEqualTo(27_000);
        assertThat(entry.detail().calibration().getLast().confidence()).isNaN();
        assertThat(entry.detail().calibrationError()).isEqualTo(expectedError(), within(1e-4));
    }

    private static double expectedError() {
        double sum = 0;
        double all = 0;
        for (int b = 0; b < 9; b++) {
            double c = (b + 0.5) / 10;
            sum += (9000 >> b) * Math.abs(Math.pow(c, 1.3) - c);
            all += 9000 >> b;
        }
        return sum / all;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "grid.json",
                "eat/urban/linear/seed-1/per-class.csv",
                "eat/urban/linear/seed-1/loss.csv",
                "eat/urban/linear/seed-2/calibration.csv"
            })
    void aMissingFileIsNamed(String file) throws IOException {
        Files.delete(run.folder().resolve(file));
        assertFails(InputException.class, this::read, file, "missing");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "eat/urban/mhca/cell.json|\"testMean\":0.6|\"testMean\":0.7|testMean is 0.7",
                "eat/urban/mhca/cell.json|\"testSd\":0|\"testSd\":1|testSd is 1",
                "eat/urban/mhca/cell.json|\"parameters\":|\"parametres\":|'parameters' is missing",
                "eat/urban/mhca/cell.json|\"classes\":10|\"classes\":\"ten\"|'classes' is \"ten\"",
                "eat/urban/mhca/cell.json|\"seed-1\"|\"seed-7\"|seed-7",
                "eat/urban/mhca/cell.json|\"higherIsBetter\":true|\"higherIsBetter\":false|less is better",
                "eat/urban/mhca/cell.json|\"metric\":\"mAP\"|\"metric\":\"AUC\"|AUC",
                "eat/urban/mhca/cell.json|}]|}|broken JSON",
                "eat/urban/mhca/seed-1/per-class.csv|siren,|sirene,|sirene",
                "eat/urban/mhca/seed-1/per-class.csv|positives|negatives|no column 'positives'",
                "eat/urban/mhca/seed-0/loss.csv|1,0|one,0|loss.csv:2",
                "eat/urban/mhca/seed-0/loss.csv|1,0|3000000000,0|loss.csv:2: epoch 3000000000 is more than",
                "eat/urban/mhca/seed-0/calibration.csv|,9000|,9000,1|calibration.csv:2",
            })
    void aDamagedFileIsNamedWithWhatIsWrong(String file, String from, String to, String told) throws IOException {
        Path path = run.folder().resolve(file);
        String text = Files.readString(path);
        assertThat(text).contains(from);
        Files.writeString(path, text.replaceFirst(Pattern.quote(from), to));
        assertFails(InputException.class, this::read, "mhca", told);
    }

    @Test
    void aCutFileIsNamed() throws IOException {
        Path path = run.folder().resolve("eat/urban/mhca/cell.json");
        Files.writeString(path, Files.readString(path).substring(0, 200));
        assertFails(this::read, "mhca/cell.json", "broken JSON");
    }

    @Test
    void theSameCellInTwoRunsCountsOnce() throws IOException {
        RunFixture second = new RunFixture(folder.resolve("b"), List.of(EAT), List.of(URBAN), List.of("linear"));
        second.cell(EAT, URBAN, "linear", Map.of(), 0.55, 0.554, 0.548);
        ComparedRuns results = read(second.folder());
        assertThat(results.entries()).hasSize(19);
        assertThat(results.remarks()).anySatisfy(r -> assertThat(r).contains("eat/urban/linear", "counts once"));
    }

    @Test
    void theSameCellWithOtherScoresIsRefused() throws IOException {
        RunFixture second = new RunFixture(folder.resolve("b"), List.of(EAT), List.of(URBAN), List.of("linear"));
        second.cell(EAT, URBAN, "linear", Map.of(), 0.55, 0.554, 0.549);
        assertThatThrownBy(() -> read(second.folder()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("eat/urban/linear")
                .hasMessageContaining(folder.resolve("a").toString())
                .hasMessageContaining(folder.resolve("b").toString())
                .hasMessageContaining("leave one out");
    }

    @Test
    void otherOptionsMakeAColumnOfTheirOwn() throws IOException {
        RunFixture second = new RunFixture(folder.resolve("b"), List.of(EAT), List.of(URBAN), List.of("mhca"));
        second.cell(EAT, URBAN, "mhca", Map.of("heads", "4"), 0.6, 0.61, 0.62);
        ComparedRuns results = read(second.folder());
        assertThat(results.columns()).extracting(Column::label).contains("mhca", "mhca heads=4");
        assertThat(results.entries()).hasSize(20);
    }

    @Test
    void optionsThatFollowFromTheEncoderMakeNoColumn() throws IOException {
        RunFixture second = new RunFixture(folder.resolve("b"), List.of(EAT, BEATS), List.of(URBAN), List.of("ep"));
        second.cell(EAT, URBAN, "ep", Map.of("queries", "32"), 0.6, 0.61, 0.62);
        second.cell(BEATS, URBAN, "ep", Map.of("queries", "16"), 0.6, 0.61, 0.62);
        ComparedRuns results = read(second.folder());
        assertThat(results.columns())
                .extracting(Column::label)
                .containsOnlyOnce("ep")
                .doesNotContain("ep queries=16");
        assertThat(results.remarks()).contains("Options of ep differ between its cells: queries=16 or queries=32.");
    }

    @Test
    void aCellThatASecondRunFinishedIsNotMissing() throws IOException {
        RunFixture second = new RunFixture(folder.resolve("b"), List.of(BEATS), List.of(URBAN), List.of("proto", "ep"));
        second.cell(BEATS, URBAN, "proto", Map.of("prototypes", "20"), 0.7, 0.71);
        ComparedRuns results = read(second.folder());
        assertThat(results.missing()).containsExactly("beats/urban/ep");
        assertThat(results.planned()).isEqualTo(25);
        assertThat(results.remarks()).contains("Seeds a cell differ: 2, 3.");
    }

    @Test
    void oneNameForTwoDataSetsIsRefused() throws IOException {
        RunFixture second = new RunFixture(folder.resolve("b"), List.of(EAT), List.of(URBAN), List.of("ep"));
        Path cell = second.cell(EAT, URBAN, "ep", Map.of(), 0.7);
        Path json = cell.resolve(FinishedCell.FILE);
        Files.writeString(json, Files.readString(json).replace("\"mAP\"", "\"accuracy\""));
        assertFails(() -> read(second.folder()), "urban", "accuracy");
    }

    @Test
    void withoutAFinishedCellThereIsNothingToReport() throws IOException {
        RunFixture empty = new RunFixture(folder.resolve("b"), List.of(EAT), List.of(URBAN), List.of("ep"));
        assertFails(() -> RunComparison.read(List.of(empty.folder())), "no finished cell");
        assertFails(() -> RunComparison.read(List.of(folder.resolve("nowhere"))), "nowhere: no such folder");
    }
}
