import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/** Writes the tables of this folder with Apache's own writer: see README.md. */
public final class WriteTables {
    private static final String KINDS = """
            message kinds {
              required binary file (UTF8);
              optional boolean flag;
              optional int32 small (INT_8);
              optional int32 number;
              optional int32 positive (UINT_32);
              optional int64 large;
              optional int64 unsigned (UINT_64);
              optional float single;
              optional double start;
              optional int32 day (DATE);
              optional int64 moment (TIMESTAMP(MICROS,true));
              optional int64 clock (TIMESTAMP(MILLIS,false));
              optional int32 price (DECIMAL(9,2));
              optional fixed_len_byte_array(5) cost (DECIMAL(11,3));
              optional binary kind (ENUM);
              optional int96 old;
              optional binary raw;
              optional group labels (LIST) { repeated group list { optional binary element (UTF8); } }
              optional group events (LIST) { repeated group list { optional group element (LIST) {
                repeated group list { optional double element; } } } }
              repeated int32 bare;
              optional group site { optional binary name (UTF8); optional double lat; }
              optional group people (LIST) { repeated group list { optional group element {
                optional binary name (UTF8); } } }
              optional group notes (MAP) { repeated group key_value { required binary key (UTF8);
                optional binary value (UTF8); } }
            }""";

    private static final String BIRDSET = """
            message schema {
              %s
              optional binary filepath (UTF8);
              optional double start_time; optional double end_time; optional int64 low_freq; optional int64 high_freq;
              optional %s;
              optional group ebird_code_multilabel (LIST) { repeated group list { optional %s; } }
              optional group ebird_code_secondary (LIST) { repeated group list { optional binary element (UTF8); } }
              optional binary call_type (UTF8); optional double lat; optional double long; optional int64 length;
              optional group detected_events (LIST) { repeated group list { optional group element (LIST) {
                repeated group list { optional double element; } } } }
              optional group event_cluster (LIST) { repeated group list { optional int64 element; } }
              optional binary quality (UTF8);
              %s
            }""";

    private interface Rows {
        Group row(MessageType type, int i);
    }

    private static void write(
            String name,
            String schema,
            int rows,
            Rows make,
            CompressionCodecName codec,
            WriterVersion version,
            boolean dictionary,
            boolean sums,
            Map<String, String> notes)
            throws Exception {
        boolean small = rows < 100;
        MessageType type = MessageTypeParser.parseMessageType(schema);
        Path file = Path.of(name);
        Files.deleteIfExists(file);
        try (ParquetWriter<Group> writer = ExampleParquetWriter.builder(new LocalOutputFile(file))
                .withConf(new PlainParquetConfiguration())
                .withType(type)
                .withCompressionCodec(codec)
                .withWriterVersion(version)
                .withDictionaryEncoding(dictionary)
                .withPageWriteChecksumEnabled(sums)
                .withPageSize(small ? 512 : 1 << 20)
                .withPageRowCountLimit(small ? 20 : 20_000)
                .withRowGroupSize(small ? 4096L : 1 << 24)
                .withMinRowCountForPageSizeCheck(10)
                .withMaxRowCountForPageSizeCheck(10)
                .withByteStreamSplitEncoding(!dictionary && version == WriterVersion.PARQUET_2_0)
                .withWriteMode(ParquetFileWriter.Mode.CREATE)
                .withExtraMetaData(notes)
                .build()) {
            for (int i = 0; i < rows; i++) {
                writer.write(make.row(type, i));
            }
        }
    }

    /** Row i of the tables of all kinds: the tests compute the same. */
    private static Group kinds(MessageType type, int i) {
        Group g = new SimpleGroup(type);
        g.add("file", "clip-%03d.wav".formatted(i));
        if (i % 7 != 3) {
            g.add("flag", i % 3 == 0);
            g.add("small", -i);
            g.add("number", i * 1_000_003);
            g.add("positive", -1 - i);
            g.add("large", i * 1_000_000_007L - 5);
            g.add("unsigned", -1L - i);
            g.add("single", i % 5 == 4 ? Float.NaN : i / 8f);
            g.add("start", i * 0.1);
            g.add("day", 20_000 + i);
            g.add("moment", 1_700_000_000_123_456L + i);
            g.add("clock", -1_001L - i);
            g.add("price", 12_345 * (i % 2 == 0 ? 1 : -1));
            byte[] cost = {(byte) (i % 2 == 0 ? 0 : -1), 0, 0, (byte) i, 7};
            g.add("cost", Binary.fromConstantByteArray(cost));
            g.add("kind", i % 2 == 0 ? "EVEN" : "ODD");
            g.add("raw", Binary.fromConstantByteArray(new byte[] {1, 2, 3}));
        }
        if (i % 4 != 0) {
            Group labels = g.addGroup("labels");
            for (int k = 0; k < i % 4 - 1; k++) {
                Group element = labels.addGroup(0);
                if (i % 5 != 0) {
                    element.add(0, k == 0 ? "it's \\ \"" + i % 3 : "wren");
                }
            }
            Group events = g.addGroup("events");
            for (int k = 0; k < i % 3; k++) {
                Group pair = events.addGroup(0);
                if (k == 0 || i % 2 == 0) {
                    Group inner = pair.addGroup(0);
                    for (int m = 0; m < 2 * (i % 4 - 1); m++) {
                        inner.addGroup(0).add(0, i + m / 4.0);
                    }
                }
            }
        }
        for (int k = 0; k < i % 3; k++) {
            g.add("bare", k);
        }
        if (i % 2 == 0) {
            Group site = g.addGroup("site");
            site.add("name", "pond");
            Group people = g.addGroup("people");
            people.addGroup(0).addGroup(0).add(0, "Ada");
            people.addGroup(0);
            g.addGroup("notes").addGroup(0).append("key", "a").append("value", "b");
        }
        return g;
    }

    private static String birdset(boolean hub) {
        return BIRDSET.formatted(
                hub ? "optional group audio { optional binary bytes; optional binary path (UTF8); }" : "",
                hub ? "int64 ebird_code" : "binary ebird_code (UTF8)",
                hub ? "int64 element" : "binary element (UTF8)",
                hub ? "" : "optional int64 __index_level_0__;");
    }

    private static void list(Group g, String name, Object... values) {
        Group list = g.addGroup(name);
        for (Object value : values) {
            Group element = list.addGroup(0);
            switch (value) {
                case String s -> element.add(0, s);
                case Double d -> element.add(0, d);
                case Long n -> element.add(0, n);
                case double[] pair -> {
                    Group inner = element.addGroup(0);
                    Arrays.stream(pair).forEach(d -> inner.addGroup(0).add(0, d));
                }
                default -> throw new IllegalArgumentException();
            }
        }
    }

    /** The recordings of BirdSetTest's training part, with the columns of the hub's metadata. */
    private static Group train(MessageType type, int i) {
        Group g = new SimpleGroup(type);
        g.add("filepath", List.of("train/XC1.ogg", "XC2.ogg", "XC3.ogg").get(i));
        g.add("ebird_code", i == 0 ? "gcrfin" : "whcspa");
        list(g, "ebird_code_multilabel", i == 0 ? new Object[] {"gcrfin"} : new Object[] {"amepip", "whcspa"});
        if (i < 2) {
            list(g, "ebird_code_secondary");
        }
        g.add("call_type", "song");
        g.add("lat", 38.5);
        g.add("length", List.of(12L, 4L, 19L).get(i));
        switch (i) {
            case 0 -> {
                list(
                        g,
                        "detected_events",
                        new double[] {1, 2},
                        new double[] {6, 6.5},
                        new double[] {9.5, 11.5},
                        new double[] {9.6, 9.7});
                list(g, "event_cluster", 0L, 1L, 1L, 1L);
            }
            case 1 -> {
                list(g, "detected_events", new double[] {0.5, 1}, new double[] {2, 3.5});
                list(g, "event_cluster", 0L, 0L);
            }
            default -> {
                list(g, "detected_events");
                list(g, "event_cluster");
            }
        }
        g.add("quality", "A");
        g.add("__index_level_0__", (long) i);
        return g;
    }

    /** Segments of 5 s as load_dataset and the hub's viewer keep them: sound within, numbers of classes. */
    private static Group segment(MessageType type, int i) {
        Group g = new SimpleGroup(type);
        String name = "HSN_001_20150708_061805_%03d_%03d.ogg".formatted(5 * i, 5 * i + 5);
        Group audio = g.addGroup("audio");
        audio.add("bytes", Binary.fromConstantByteArray("OggS, and so on".getBytes()));
        audio.add("path", name);
        g.add("filepath", name);
        // Which classes of the subset's list: gcrfin 0 and whcspa 1 in the note below.
        Object[][] labels = {{0L, 1L}, {}, {1L}, {-1L}};
        list(g, "ebird_code_multilabel", labels[i]);
        g.add("ebird_code", -1L);
        g.add("lat", 38.5);
        return g;
    }

    /** A table of clips. */
    private static Group clip(MessageType type, int i) {
        Group g = new SimpleGroup(type);
        g.add(0, "clip-%03d.wav".formatted(i + 2));
        g.add("start", i * 0.5);
        g.add("end", 1.5 + i * 0.5);
        list(g, "labels", i == 0 ? new Object[] {"it's a wren", "robin"} : new Object[] {"robin"});
        g.add("split", "train");
        return g;
    }

    private static Group flags(MessageType type, int i) {
        Group g = new SimpleGroup(type);
        g.add("file", List.of("a.wav", "b.wav", "c.wav").get(i));
        g.add("split", i < 2 ? "train" : "test");
        g.add("wren", i < 2);
        g.add("robin", (long) (i % 2));
        return g;
    }

    private static Group event(MessageType type, int i) {
        Group g = new SimpleGroup(type);
        g.add("file", i < 2 ? "a.wav" : "b.wav");
        g.add("start", List.of(0.5f, 2f, 0f).get(i));
        g.add("end", List.of(1.25, 3.0, 0.1).get(i));
        g.add("label", i == 1 ? "robin" : "wren");
        return g;
    }

    private static Group text(MessageType type, int i) {
        StringBuilder text = new StringBuilder();
        long state = i * 0x9E3779B97F4A7C15L + 1;
        for (int k = 0; k < 1 + i % 6; k++) {
            state = state * 6364136223846793005L + 1442695040888963407L;
            text.append(List.of("wren ", "robin ", "blackbird ", "song thrush ").get((int) (state >>> 62)));
            if (k % 3 == 0) {
                text.append(Long.toHexString(state >>> 40)).append(' ');
            }
        }
        Group g = new SimpleGroup(type);
        g.add("text", text.toString());
        g.add("number", i * 7919L % 1009);
        return g;
    }

    public static void main(String[] args) throws Exception {
        Map<String, String> none = Map.of();
        WriterVersion one = WriterVersion.PARQUET_1_0;
        WriterVersion two = WriterVersion.PARQUET_2_0;
        write(
                "kinds-plain.parquet",
                KINDS,
                60,
                WriteTables::kinds,
                CompressionCodecName.UNCOMPRESSED,
                one,
                false,
                true,
                none);
        write(
                "kinds-snappy.parquet",
                KINDS,
                60,
                WriteTables::kinds,
                CompressionCodecName.SNAPPY,
                one,
                true,
                true,
                none);
        write("kinds-gzip.parquet", KINDS, 60, WriteTables::kinds, CompressionCodecName.GZIP, two, true, true, none);
        write("kinds-zstd.parquet", KINDS, 60, WriteTables::kinds, CompressionCodecName.ZSTD, two, false, true, none);
        write(
                "text-zstd.parquet",
                "message texts { required binary text (UTF8); required int64 number; }",
                3000,
                WriteTables::text,
                CompressionCodecName.ZSTD,
                one,
                false,
                true,
                none);
        String clips = """
                message clips { required binary %s (UTF8); optional double start;
                  optional double end; optional group labels (LIST) { repeated group list {
                  optional binary element (UTF8); } } optional binary split (UTF8); }""";
        write(
                "clips.parquet",
                clips.formatted("path"),
                2,
                WriteTables::clip,
                CompressionCodecName.SNAPPY,
                one,
                true,
                false,
                none);
        write(
                "set.parquet",
                clips.formatted("file_name"),
                2,
                WriteTables::clip,
                CompressionCodecName.SNAPPY,
                one,
                true,
                false,
                none);
        String flags = """
                message flags { optional binary file (UTF8); optional binary split (UTF8); required boolean wren;
                  optional int64 robin; }""";
        write("matrix.parquet", flags, 3, WriteTables::flags, CompressionCodecName.SNAPPY, one, true, false, none);
        String events = """
                message events { optional binary file (UTF8); optional float start; optional double end;
                  optional binary label (UTF8); }""";
        write("events.parquet", events, 3, WriteTables::event, CompressionCodecName.GZIP, one, true, false, none);
        write("seed-snappy.parquet", KINDS, 9, WriteTables::kinds, CompressionCodecName.SNAPPY, one, true, false, none);
        write("seed-zstd.parquet", KINDS, 9, WriteTables::kinds, CompressionCodecName.ZSTD, two, false, false, none);
        write(
                "HSN_metadata_train.parquet",
                birdset(false),
                3,
                WriteTables::train,
                CompressionCodecName.SNAPPY,
                one,
                true,
                false,
                none);
        Map<String, String> notes = new LinkedHashMap<>();
        String names = "{\"names\": [\"gcrfin\", \"whcspa\"], \"_type\": \"ClassLabel\"}";
        notes.put(
                "huggingface",
                "{\"info\": {\"features\": {\"audio\": {\"_type\": \"Audio\"}, \"ebird_code\": " + names
                        + ", \"ebird_code_multilabel\": {\"feature\": " + names + ", \"_type\": \"Sequence\"}}}}");
        write(
                "hub-test_5s.parquet",
                birdset(true),
                4,
                WriteTables::segment,
                CompressionCodecName.SNAPPY,
                one,
                true,
                false,
                notes);
    }
}
