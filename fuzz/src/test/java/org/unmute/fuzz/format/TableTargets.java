package org.unmute.fuzz.format;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.unmute.benchmark.grid.Grid;
import org.unmute.data.ClipList;
import org.unmute.data.LabelSet;
import org.unmute.data.Manifest;
import org.unmute.data.ManifestFormat;
import org.unmute.data.TextTable;
import org.unmute.data.annotation.AnnotationTable;
import org.unmute.data.annotation.LabelFile;
import org.unmute.data.annotation.ShareRule;
import org.unmute.data.json.JsonFields;
import org.unmute.data.parquet.ParquetTable;
import org.unmute.data.provenance.Json;
import org.unmute.data.set.UrbanSed;
import org.unmute.events.strong.Durations;
import org.unmute.events.strong.EventTable;
import org.unmute.events.strong.ScoreFolder;

/** Readers of text: tables of clips, labels and events, JSON, and TOML grids. */
final class TableTargets {
    private static final String FORMATS = "data/src/test/resources/golden/sed/formats";

    private static final String PARQUET = "data/src/test/resources/parquet";

    private TableTargets() {}

    static List<FuzzTarget> all() {
        return List.of(
                FuzzTarget.onDisk(
                        "csv",
                        "input.csv",
                        TableTargets::tables,
                        input -> TextTable.forEach(
                                input.file(),
                                row -> row.text(row.table().names().getFirst())),
                        input -> Manifest.read(input.file(), ManifestFormat.AUTO, null)
                                .multiHot(),
                        input -> LabelFile.read(input.file(), LabelFile.Options.AUTO),
                        input -> LabelFile.read(input.file(), header(ManifestFormat.NO_HEADER)),
                        input -> LabelFile.read(input.file(), header(2)),
                        input -> ClipList.of(input.file(), null),
                        input -> LabelSet.read(input.file()),
                        input -> Durations.read(input.file())),
                FuzzTarget.onDisk(
                        "parquet",
                        "input.parquet",
                        files -> files.matching(PARQUET, "*.parquet"),
                        input -> cells(input.file()),
                        input -> LabelFile.read(input.file(), LabelFile.Options.AUTO),
                        input -> ClipList.of(input.file(), null)),
                FuzzTarget.onDisk(
                        "annotations",
                        "input.txt",
                        files -> files.matching(FORMATS, "*.txt"),
                        input -> AnnotationTable.read(input.file()),
                        input -> EventTable.read(input.file(), null),
                        input -> LabelFile.read(input.file(), LabelFile.Options.AUTO),
                        input -> ClipList.of(input.file(), null),
                        input -> LabelSet.read(input.file()),
                        input -> UrbanSed.ofText(input.file())),
                FuzzTarget.onDisk(
                        "scores",
                        "input.tsv",
                        files -> files.matching(FORMATS, "*.tsv"),
                        input -> ScoreFolder.open(input.file().getParent()).read("input", "id"),
                        input -> AnnotationTable.read(input.file()),
                        input -> Durations.read(input.file())),
                FuzzTarget.onDisk(
                        "event-lines",
                        "input.jsonl",
                        _ -> texts(
                                "{\"file\":\"a.wav\",\"start\":0.5,\"end\":1,\"label\":\"dog\",\"score\":0.25}\n",
                                "{\"file\":\"a.wav\",\"start\":0,\"end\":1e1,\"label\":\"\\u0041\"}\n\n{\"file\":\"b\""
                                        + ",\"label\":\"x\",\"end\":2,\"start\":1}\n"),
                        input -> EventTable.read(input.file(), null)),
                FuzzTarget.onDisk(
                        "json",
                        "input.json",
                        TableTargets::json,
                        input -> Json.read(input.file()),
                        input -> fields(JsonFields.read(input.file())),
                        input -> DetectionFiles.settings(input.file())),
                FuzzTarget.onDisk(
                        "jams",
                        "input.jams",
                        _ -> texts(
                                "{\"annotations\":[{\"namespace\":\"scaper\",\"data\":[{\"time\":0.5,\"duration\":1.25,"
                                        + "\"value\":{\"label\":\"siren\",\"role\":\"foreground\"},\"confidence\":1},"
                                        + "{\"time\":0,\"duration\":10,\"value\":{\"label\":\"a\",\"role\":\"b\"}}"
                                        + "]}],\"file_metadata\":{}}"),
                        input -> UrbanSed.ofJams(input.file())),
                FuzzTarget.onDisk(
                        "toml",
                        "input.toml",
                        files -> files.matching("docs/grids", "*.toml"),
                        input -> Grid.read(input.file()).cells()));
    }

    private static LabelFile.Options header(int row) {
        return new LabelFile.Options(
                null, new ManifestFormat(null, null, null, null, null, row), List.of(), null, ShareRule.DEFAULT);
    }

    /** Reads each cell of a table as text. */
    private static void cells(Path file) throws IOException {
        try (ParquetTable table = ParquetTable.open(file)) {
            while (table.next()) {
                for (int i = 0; i < table.names().size(); i++) {
                    table.cells().text(i);
                }
            }
        }
    }

    static List<byte[]> texts(String... texts) {
        List<byte[]> all = new ArrayList<>();
        for (String text : texts) {
            all.add(text.getBytes(StandardCharsets.UTF_8));
        }
        return all;
    }

    private static List<byte[]> tables(SeedFiles files) throws IOException {
        List<byte[]> all = texts(
                "filename,label,split\na.wav,dog,train\n\"b, c.wav\",\"cat;dog\",test\n",
                "\uFEFFfile\tdog\tcat\r\na.wav\t1\t0\r\nb.wav\t0\t1\r\n",
                "file;start;end;label\na.wav;0,5;1,5;dog\na.wav;2;3;\"say \"\"hi\"\"\"\n",
                "index,mid,display_name\n0,/m/09x0r,\"Speech, loud\"\n1,/m/05zppz,Male\n",
                "0,Accordion,/m/0mkg\n1,Applause,/m/028ght\n",
                "file,start,end\nx/a.flac,0,5.5\nx/a.flac,5.5,11\n",
                "filename,duration\na.wav,10.5\n");
        all.addAll(files.matching(FORMATS, "*.csv"));
        return all;
    }

    private static List<byte[]> json(SeedFiles files) throws IOException {
        List<byte[]> all = texts(
                "{\"text\":\"a\\n\\ud83d\\ude00\",\"flag\":true,\"number\":-1.5e-3,\"whole\":12,"
                        + "\"object\":{\"a\":null},\"list\":[{\"b\":1},{\"b\":[]}]}",
                "{\"probe\":\"linear\",\"lr\":\"0.001\"}");
        all.addAll(files.matching(FORMATS, "*.json"));
        return all;
    }

    /** Reads fields of each type, as readers of runs and cells do. */
    private static void fields(JsonFields fields) {
        fields.text("text");
        fields.flag("flag");
        fields.number("number");
        fields.fraction("whole");
        fields.intCount("whole");
        fields.scalars("object");
        fields.objects("list").forEach(each -> each.count("b"));
    }
}
