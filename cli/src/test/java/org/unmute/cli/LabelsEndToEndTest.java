package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.Wav;
import org.unmute.cli.console.ExitCode;
import org.unmute.data.parquet.ParquetTableWriter;
import org.unmute.data.parquet.ParquetTableWriter.Column;
import org.unmute.data.parquet.ParquetTableWriter.Kind;
import org.unmute.data.provenance.Json;
import org.unmute.files.AtomicFile;

/**
 * From long annotated recordings to a score: {@code labels}, {@code embed}, {@code probe}, {@code eval}. The recordings
 * are noise with calls of two made-up birds, a whistle that rises and a low buzz.
 */
class LabelsEndToEndTest {
    private static final int RATE = 16_000;
    private static final int SECONDS = 20;
    private static final int RECORDINGS = 8;

    @TempDir
    static Path folder;

    private static Path recordings;

    private record Call(String file, double onset, double offset, String label) {}

    private static final List<Call> CALLS = new ArrayList<>();

    @BeforeAll
    static void record() throws IOException {
        recordings = Files.createDirectories(folder.resolve("recordings"));
        Random random = new Random(7);
        for (int r = 0; r < RECORDINGS; r++) {
            String site = "site" + r % 4;
            String name = site + "/rec" + r + ".wav";
            float[] sound = new float[RATE * SECONDS];
            for (int i = 0; i < sound.length; i++) {
                sound[i] = 0.01f * (float) random.nextGaussian();
            }
            for (double t = 0.5; t < SECONDS - 2; t += 1.5 + 4 * random.nextDouble()) {
                boolean whistle = random.nextBoolean();
                double length = 0.8 + random.nextDouble();
                call(sound, t, length, whistle);
                CALLS.add(new Call(name, t, t + length, whistle ? "whistle" : "buzz"));
                t += length;
            }
            Files.createDirectories(recordings.resolve(site));
            Wav.write(recordings.resolve(name), sound, RATE);
        }
    }

    private static void call(float[] sound, double onset, double length, boolean whistle) {
        int from = (int) (onset * RATE);
        int n = (int) (length * RATE);
        double phase = 0;
        for (int i = 0; i < n; i++) {
            double at = (double) i / n;
            phase += 2 * Math.PI * (whistle ? 2500 + 2000 * at : 220) / RATE;
            double wave = whistle ? Math.sin(phase) : Math.signum(Math.sin(phase));
            sound[from + i] += (float) (0.3 * wave * Math.sin(Math.PI * at));
        }
    }

    private static Path raven(String name, Function<String, String> path) throws IOException {
        StringBuilder text = new StringBuilder("Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\t"
                + "High Freq (Hz)\tSpecies\tBegin Path\tFile Offset (s)\r\n");
        Map<String, Integer> order = new HashMap<>();
        int selection = 0;
        for (Call c : CALLS) {
            int before = SECONDS * order.computeIfAbsent(c.file, f -> order.size());
            selection++;
            for (String view : List.of("Waveform 1", "Spectrogram 1")) {
                text.append(String.format(
                        Locale.ROOT,
                        "%d\t%s\t1\t%.6f\t%.6f\t100\t5000\t%s\t%s\t%.6f\r%n",
                        selection,
                        view,
                        before + c.onset,
                        before + c.offset,
                        c.label,
                        path.apply(c.file),
                        c.onset));
            }
        }
        return Files.writeString(folder.resolve(name), text);
    }

    private static Ran labels(Object... args) {
        return Ran.unmute(Ran.with(new Object[] {"labels"}, args));
    }

    @Test
    void aCombinedRavenTableOfAnotherComputerBecomesATrainedProbe() throws IOException {
        Path raven = raven("combined.txt", f -> "D:\\field\\" + f.replace('/', '\\'));
        Path table = folder.resolve("clips.csv");
        Ran made = labels(Ran.line(
                        "{} --complete --audio {} --clip 2 --split train=0.5,validation=0.25,test=0.25 --group-by "
                                + "folder --out {}",
                        raven,
                        recordings,
                        table))
                .endsWith(ExitCode.OK);
        assertThat(made.out())
                .contains("Raven selection table: " + CALLS.size() + " annotations of 8 recordings, 2 classes")
                .contains("recordings were found by the ends of their paths")
                .containsPattern("label +clips +.*test")
                .contains("clips were left out because they hold less than --min-share of an event")
                .contains("the audit found nothing wrong")
                .contains("unmute embed --audio " + table + " --root " + recordings);
        List<String[]> rows = Files.readAllLines(table).stream()
                .skip(1)
                .map(line -> line.split(",", -1))
                .toList();
        Map<String, List<String>> splitsOfSite = rows.stream()
                .collect(Collectors.groupingBy(
                        row -> row[0].split("/")[0],
                        Collectors.mapping(
                                row -> row[4],
                                Collectors.collectingAndThen(
                                        Collectors.toSet(),
                                        s -> s.stream().sorted().toList()))));
        assertThat(splitsOfSite)
                .hasSize(4)
                .allSatisfy((site, splits) -> assertThat(splits).hasSize(1));
        assertThat(Json.read(folder.resolve("clips.csv.run.json"))
                        .at("/results/recordings")
                        .asInt())
                .isEqualTo(RECORDINGS);

        Path cache = folder.resolve("cache");
        Ran embedded = Ran.ok("embed", "-q", "--audio", table, "--root", recordings, "--out", cache);
        assertThat(embedded.out()).contains(rows.size() + " clips").contains(" 0 skipped");
        Path run = folder.resolve("run");
        Ran trained = Ran.ok("probe --probe protobin --cache {} --labels {} --epochs 30 --out {}", cache, table, run);
        assertThat(trained.err())
                .contains(table + ": one row for each clip: " + rows.size() + " clips, 2 classes")
                .containsPattern("labels: [0-9]+ of " + rows.size() + " clips have no label");
        JsonNode record = Json.read(run.resolve("run.json"));
        assertThat(record.at("/results/labelAudit/unlabelled").asInt()).isPositive();
        assertThat(record.at("/results/labelAudit/soundsInSeveralSplits").asInt())
                .isZero();
        assertThat(score(run, cache, table)).isGreaterThan(0.9);
        // The annotations themselves are labels of the same clips, of whatever length they were cut.
        Ran direct = Ran.ok(
                "eval --probe {} --cache {} --labels {} --complete --split all --bootstrap 0 --json --out {}",
                run,
                cache,
                raven,
                folder.resolve("direct"));
        assertThat(direct.err()).contains(rows.size() + " clips were labelled by the events in them");
        assertThat(direct.json().at("/metrics/mAP_macro_skip/mean").asDouble()).isGreaterThan(0.9);
    }

    private static double score(Path run, Path cache, Path labels) {
        return Ran.ok("eval", "-q", "--probe", run, "--cache", cache, "--labels", labels, "--bootstrap", 0, "--json")
                .json()
                .at("/metrics/mAP_macro_skip/mean")
                .asDouble();
    }

    @Test
    void tablesBesideTheRecordingsAreFound() throws IOException {
        Map<String, List<Call>> byFile = CALLS.stream().collect(Collectors.groupingBy(Call::file));
        Path tables = folder.resolve("tracks");
        for (Map.Entry<String, List<Call>> one : byFile.entrySet()) {
            Path track = tables.resolve(one.getKey().replace(".wav", ".txt"));
            Files.createDirectories(track.getParent());
            Files.writeString(
                    track,
                    one.getValue().stream()
                            .map(c -> c.onset + "\t" + c.offset + "\t" + c.label + "\n")
                            .collect(Collectors.joining()));
        }
        Path raven = raven("same.txt", f -> f);
        JsonNode audacity = labels("--complete", tables, "--audio", recordings, "--json")
                .endsWith(ExitCode.OK)
                .json();
        JsonNode combined = labels(raven, "--audio", recordings, "--json", "--complete")
                .endsWith(ExitCode.OK)
                .json();
        assertThat(audacity.at("/positives")).isEqualTo(combined.at("/positives"));
        assertThat(audacity.at("/clips")).isEqualTo(combined.at("/clips"));
        assertThat(audacity.at("/clips").asInt()).isGreaterThan(RECORDINGS * SECONDS / 5 - 20);
        assertThat(audacity.at("/missing")).isEmpty();
        // The same seed gives the same clips and splits.
        Path first = folder.resolve("first.csv");
        Path second = folder.resolve("second.csv");
        for (Path out : List.of(first, second)) {
            labels(Ran.line(
                            "{} --complete --audio {} --negatives 0.5 --split train=3,test=1 --seed 5 --out {}",
                            tables,
                            recordings,
                            out))
                    .endsWith(ExitCode.OK);
        }
        assertThat(second).hasSameTextualContentAs(first);
    }

    @Test
    void aMatrixIsSplitByAColumn() throws IOException {
        StringBuilder text = new StringBuilder("\uFEFFFile;Site;Whistle;buzz\r\n");
        for (int r = 0; r < RECORDINGS; r++) {
            text.append("site" + r % 4 + "/rec" + r + ".wav;" + (r < 4 ? "north" : "south") + ";" + r % 2 + ";1\r\n");
        }
        Path matrix = Files.writeString(folder.resolve("matrix.csv"), text);
        labels(matrix, "--audio", recordings)
                .fails(
                        ExitCode.INPUT,
                        "matrix.csv:1",
                        "'Site' (line 2 has 'north'): name those that are not classes with --ignore-columns");
        Path out = folder.resolve("matrix-clips.csv");
        Ran made = labels(Ran.line(
                        "{} --audio {} --ignore-columns Site --group-by site --split train=1,test=1 --out {}",
                        matrix,
                        recordings,
                        out))
                .endsWith(ExitCode.OK);
        assertThat(made.out())
                .contains("a column of 0 and 1 for each class: 8 clips, 2 classes")
                .contains("2 classes have few clips to train on: Whistle 2, buzz 4");
        List<String> rows = Files.readAllLines(out);
        assertThat(rows).hasSize(RECORDINGS + 1).contains("site0/rec0.wav,,,buzz," + splitOf(rows, "site0/rec0.wav"));
        assertThat(splitOf(rows, "site1/rec1.wav")).isEqualTo(splitOf(rows, "site0/rec0.wav"));
        assertThat(splitOf(rows, "site0/rec4.wav")).isNotEqualTo(splitOf(rows, "site0/rec0.wav"));
        labels(Ran.line(
                        "{} --audio {} --ignore-columns Site --strict-labels --out {}",
                        matrix,
                        recordings,
                        folder.resolve("refused.csv")))
                .fails(ExitCode.INPUT, "refused.csv was not written");
        assertThat(folder.resolve("refused.csv")).doesNotExist();
    }

    private static String splitOf(List<String> rows, String file) {
        return rows.stream()
                .filter(row -> row.startsWith(file + ","))
                .map(row -> row.substring(row.lastIndexOf(',') + 1))
                .findFirst()
                .orElseThrow();
    }

    /** The same annotations, in CSV and in Parquet, become the same clips; and the clips are embedded from Parquet. */
    @Test
    void parquetIsReadAsCsvIs() throws IOException {
        Path csv = folder.resolve("calls.csv");
        StringBuilder text = new StringBuilder("file,start,end,label,site\n");
        Path parquet = folder.resolve("calls.parquet");
        AtomicFile.write(parquet, out -> {
            ParquetTableWriter table = new ParquetTableWriter(
                    out,
                    List.of(
                            new Column("file", Kind.TEXT),
                            new Column("start", Kind.DOUBLE),
                            new Column("end", Kind.DOUBLE),
                            new Column("label", Kind.TEXT),
                            new Column("site", Kind.TEXT)));
            for (Call call : CALLS) {
                String site = call.file().substring(0, 5);
                table.row(call.file(), call.onset(), call.offset(), call.label(), site);
                text.append(call.file() + "," + call.onset() + "," + call.offset() + "," + call.label() + "," + site)
                        .append('\n');
            }
            table.finish(Map.of());
        });
        Files.writeString(csv, text);
        Path ofCsv = folder.resolve("of-csv.csv");
        Path ofParquet = folder.resolve("of-parquet.csv");
        labels(csv, "--audio", recordings, "--clip", 5, "--split", "train=1,test=1", "--out", ofCsv)
                .endsWith(ExitCode.OK);
        Ran ran = labels(parquet, "--audio", recordings, "--clip", 5, "--split", "train=1,test=1", "--out", ofParquet)
                .endsWith(ExitCode.OK);
        assertThat(ran.out())
                .contains(parquet + ": one row for each event: " + CALLS.size() + " events of 8 recordings, 2 classes");
        assertThat(ofParquet).hasSameBinaryContentAs(ofCsv);
        // A folder of parts, as Spark writes a table, has common columns, too.
        Path parts = Files.createDirectories(folder.resolve("parts"));
        Files.copy(parquet, parts.resolve("part-00000.parquet"));
        labels(csv, "--audio", recordings, "--split", "train=1,test=1", "--group-by", "site", "--force", "--out", ofCsv)
                .endsWith(ExitCode.OK);
        labels(Ran.line(
                        "{} --audio {} --split train=1,test=1 --group-by site --force --out {}",
                        parts,
                        recordings,
                        ofParquet))
                .endsWith(ExitCode.OK);
        assertThat(ofParquet).hasSameBinaryContentAs(ofCsv);

        Path list = folder.resolve("list.parquet");
        AtomicFile.write(list, out -> {
            ParquetTableWriter table = new ParquetTableWriter(
                    out,
                    List.of(
                            new Column("path", Kind.TEXT),
                            new Column("start", Kind.OPTIONAL_DOUBLE),
                            new Column("end", Kind.OPTIONAL_DOUBLE)));
            table.row("site1/rec1.wav", 2.0, 4.0);
            table.row("site0/rec0.wav", Double.NaN, Double.NaN);
            table.finish(Map.of());
        });
        Path vectors = folder.resolve("vectors.npy");
        Ran made =
                Ran.ok("features", "--audio", list, "--root", recordings, "--pool", "mean", "--out", vectors, "--json");
        assertThat(made.json().path("clips").toString()).isEqualTo("[\"site1/rec1.wav#2-4\",\"site0/rec0.wav\"]");

        byte[] damaged = Files.readAllBytes(parquet);
        damaged[100] ^= 1;
        Files.write(folder.resolve("damaged.parquet"), damaged);
        labels(folder.resolve("damaged.parquet"), "--audio", recordings)
                .fails(ExitCode.INPUT, "damaged.parquet: bad-checksum at byte", "does not match its checksum");
        Files.write(folder.resolve("cut.parquet"), Arrays.copyOf(damaged, 200));
        labels(folder.resolve("cut.parquet"), "--audio", recordings)
                .fails(ExitCode.INPUT, "cut.parquet: no-end at byte", "not all of it is there");
    }

    @Test
    void whatDoesNotFitIsNamed() throws IOException {
        Path broken = Files.createDirectories(folder.resolve("broken"));
        Wav.write(broken.resolve("a.wav"), new float[RATE * 12], RATE);
        Wav.write(broken.resolve("copy.wav"), new float[RATE * 12], RATE);
        Files.writeString(broken.resolve("torn\u009B2J.wav"), "RIFF");
        Wav.write(broken.resolve("unnamed.wav"), new float[RATE], RATE);
        Path table = Files.writeString(
                folder.resolve("events.csv"),
                "file,start,end,label\na.wav,1,2,Wren\na.wav,99,100,Wren\ncopy.wav,1,2,wren"
                        + " \ntorn\u009B2J.wav,0,1,Wren\ngone\u001B[31m.wav,0,1,Wren\n");
        Ran ran = labels(table, "--audio", broken, "--split", "train=1,test=1").endsWith(ExitCode.INPUT);
        assertThat(ran.err()).contains("1 groups cannot fill 2 splits");
        Ran one = labels(table, "--audio", broken).endsWith(ExitCode.OK);
        assertThat(one.out())
                .contains("1 recordings of the labels are not in")
                .contains("1 recordings are not named by the labels and left out (--include-unlabelled")
                .contains("skipped torn\uFFFD2J.wav: ", "1 events begin after the end of their recording")
                .contains("File Offset (s)")
                .contains("1 groups of labels differ only in case, spaces or punctuation: 'Wren' and 'wren'");
        assertThat(one.out().replace("\n", "").chars().noneMatch(Character::isISOControl))
                .isTrue();
        String refused = labels(table, "--audio", broken, "--strict")
                .endsWith(ExitCode.INPUT)
                .err();
        assertThat(refused).contains("torn\uFFFD2J.wav");
        assertThat(refused.lines().flatMapToInt(String::chars).noneMatch(Character::isISOControl))
                .isTrue();
        labels(table, "--audio", broken, "--clip", "five")
                .fails(ExitCode.USAGE, "--clip is a number of seconds, or rows: 'five'");
        labels(table, "--audio", broken, "--negatives", 2).fails(ExitCode.USAGE, "--negatives is a share, 0 to 1: 2.0");
        labels(table, "--audio", folder.resolve("recordings"))
                .fails(ExitCode.INPUT, "none of the 4 recordings", "there are site0/rec0.wav");
    }

    /** A matrix as found in practice: titles, a column that says that nothing is there, and groups. */
    @Test
    void tablesAsTheyComeAreReadWithTheirOptions() throws IOException {
        Path titled = Files.writeString(folder.resolve("titled.csv"), """
                Survey of May,,,,
                ,,,,
                Where,whistle,buzz,Empty,site
                site0/rec0.wav,1,0,0,a
                site1/rec1.wav,0,1,0,b
                site2/rec2.wav,1,1,0,a
                site3/rec3.wav,0,0,1,b
                """);
        Ran none = labels(titled, "--audio", recordings).endsWith(ExitCode.INPUT);
        assertThat(none.err())
                .contains("no column with the file among 'Survey of May", "The table begins: line 1 'Survey of May'");
        Object[] options = Ran.line(
                "{} --audio {} --header-row 3 --file-column Where --ignore-columns site --split "
                        + "train=0.5,test=0.5 --group-by site",
                titled,
                recordings);
        labels(options).fails(ExitCode.INPUT, "is 'Empty' a class, or does it say that none of the classes is there?");
        Path table = folder.resolve("titled-clips.csv");
        labels(Ran.with(options, "--nothing-columns", "Empty", "--out", table)).endsWith(ExitCode.OK);
        assertThat(Files.readAllLines(table))
                .anyMatch(row -> row.startsWith("site2/rec2.wav,,,whistle;buzz,"))
                .anyMatch(row -> row.startsWith("site3/rec3.wav,,,,"));
        labels(Ran.with(options, "--class-columns", "Empty")).prints("4 clips, 3 classes");
        Path bare = Files.writeString(folder.resolve("bare.csv"), "site0/rec0.wav,1,0\nsite1/rec1.wav,0,1\n");
        labels(bare, "--audio", recordings)
                .fails(ExitCode.INPUT, "the first row should name the columns, but holds data", "give --no-header");
        Path classes = Files.writeString(folder.resolve("classes.txt"), "whistle\nbuzz\n");
        Ran named = labels(bare, "--audio", recordings, "--no-header", "--vocabulary", classes)
                .endsWith(ExitCode.OK);
        assertThat(named.out())
                .contains("columns are classes in the order of the vocabulary: column 2 is 'whistle', column 3 is"
                        + " 'buzz'");
        labels(bare, "--audio", recordings, "--no-header", "--header-row", 2)
                .fails(ExitCode.USAGE, "--no-header says that no line names the columns, --header-row which one does");
        labels(bare, "--audio", recordings, "--header-row", 0)
                .fails(ExitCode.USAGE, "--header-row is the number of a line, from 1: 0");
        Path foo = Files.writeString(folder.resolve("foo.csv"), "foo,bar\nx,y\n");
        labels(foo, "--audio", recordings)
                .fails(
                        ExitCode.INPUT,
                        "no column with the file among 'foo, bar'",
                        "filename, file, path",
                        "labels, label, category, class");
    }
}
