package org.unmute.spark.table;

import static org.apache.spark.sql.types.DataTypes.BooleanType;
import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.FloatType;
import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.LongType;
import static org.apache.spark.sql.types.DataTypes.StringType;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;
import org.unmute.audio.place.TimeAndPlace;
import org.unmute.audio.playback.Mixdown;
import org.unmute.models.encoder.TokenMap;

/**
 * The columns of results, in Spark's types. Each result has some of them; {@code docs/formats.md} describes them. Every
 * column may be null.
 */
public enum ResultColumns {
    /** The index of a job: a row for each clip. */
    INDEX("clip path root start end channel labels split stamp sha256 shard offset time freq dim cls padding pooled"
            + " scores raw_scores error events begin_datetime end_datetime site latitude longitude"
            + " place_problems"),
    /** Token maps and pooled vectors. */
    TOKENS("path root clip start end labels split sha256 error time freq dim padding tokens cls_token pooled"),
    /** Scores of a probe or of the encoder's own head. */
    SCORES("path root clip start end labels split sha256 error scores raw_scores"),
    /** Events. */
    EVENTS("path root clip start end labels split sha256 error events site latitude longitude place_problems");

    /** The columns of the table of events, as expressions over the index. */
    public static final String[] EVENT_TABLE = {
        "clip", "path", "inline(events)", "site", "latitude", "longitude", "channel"
    };

    private final List<String> names;
    private final StructType schema;

    ResultColumns(String names) {
        this.names = List.of(names.split(" "));
        StructType columns = new StructType();
        for (String name : this.names) {
            columns = columns.add(name, Column.ALL.get(name).type());
        }
        schema = columns;
    }

    /** Names and types of the columns. */
    public StructType schema() {
        return schema;
    }

    /** The row of a clip. */
    public Row row(ClipOutcome clip) {
        return RowFactory.create(names.stream()
                .map(name -> Column.ALL.get(name).value().apply(clip))
                .toArray());
    }

    /**
     * A column.
     *
     * @param type its type in Spark
     * @param value its value for a clip; null if there is none
     */
    private record Column(DataType type, Function<ClipOutcome, Object> value) {
        private static final StructType EVENT = new StructType()
                .add("label", StringType)
                .add("onset", DoubleType)
                .add("offset", DoubleType)
                .add("low", DoubleType)
                .add("high", DoubleType)
                .add("score", DoubleType)
                .add("peak", DoubleType)
                .add("begin_datetime", StringType)
                .add("end_datetime", StringType);

        static final Map<String, Column> ALL = all();

        private static Map<String, Column> all() {
            Map<String, Column> all = new LinkedHashMap<>();
            ofClip(all);
            ofTokens(all);
            ArrayType floats = new ArrayType(FloatType, false);
            all.put("pooled", new Column(floats, ClipOutcome::pooled));
            all.put(
                    "scores",
                    new Column(
                            floats, c -> c.scores() == null ? null : c.scores().scores()));
            all.put(
                    "raw_scores",
                    new Column(
                            floats, c -> c.scores() == null ? null : c.scores().raw()));
            all.put("error", new Column(StringType, ClipOutcome::error));
            all.put("events", new Column(new ArrayType(EVENT, false), Column::events));
            ofPlace(all);
            return all;
        }

        private static void ofClip(Map<String, Column> all) {
            all.put("clip", new Column(StringType, c -> c.clip().clip()));
            all.put("path", new Column(StringType, c -> c.clip().file()));
            all.put("root", new Column(StringType, c -> c.clip().root()));
            all.put("start", new Column(DoubleType, c -> c.clip().start()));
            all.put("end", new Column(DoubleType, c -> finite(c.clip().end())));
            all.put("channel", new Column(IntegerType, c -> channel(c.clip().channel())));
            all.put("labels", new Column(StringType, c -> c.clip().labels()));
            all.put("split", new Column(StringType, c -> c.clip().split()));
            all.put("stamp", new Column(StringType, c -> c.clip().stamp()));
            all.put("sha256", new Column(StringType, ClipOutcome::sha256));
        }

        private static void ofTokens(Map<String, Column> all) {
            all.put("shard", new Column(StringType, ClipOutcome::shard));
            all.put("offset", new Column(LongType, c -> c.shard() == null ? null : c.offset()));
            all.put(
                    "time",
                    new Column(
                            IntegerType,
                            c -> c.tokens() == null ? 0 : c.tokens().time()));
            all.put(
                    "freq",
                    new Column(
                            IntegerType,
                            c -> c.tokens() == null ? 0 : c.tokens().freq()));
            all.put(
                    "dim",
                    new Column(
                            IntegerType,
                            c -> c.tokens() == null ? 0 : c.tokens().dim()));
            all.put(
                    "cls",
                    new Column(
                            BooleanType, c -> c.tokens() != null && c.tokens().cls() != null));
            all.put("padding", new Column(IntegerType, c -> padding(c.tokens())));
            ArrayType floats = new ArrayType(FloatType, false);
            all.put(
                    "tokens",
                    new Column(
                            floats, c -> c.tokens() == null ? null : c.tokens().tokens()));
            all.put(
                    "cls_token",
                    new Column(
                            floats, c -> c.tokens() == null ? null : c.tokens().cls()));
        }

        private static void ofPlace(Map<String, Column> all) {
            all.put(
                    "begin_datetime",
                    placed(StringType, c -> c.place().iso(c.clip().start())));
            all.put(
                    "end_datetime",
                    placed(StringType, c -> c.place().iso(c.clip().start() + c.seconds())));
            all.put("site", placed(StringType, c -> c.place().site()));
            all.put("latitude", placed(DoubleType, c -> finite(c.place().latitude())));
            all.put("longitude", placed(DoubleType, c -> finite(c.place().longitude())));
            all.put("place_problems", placed(StringType, c -> problems(c.place())));
        }

        /** A column that is null if nobody asked when and where clips were recorded. */
        private static Column placed(DataType type, Function<ClipOutcome, Object> value) {
            return new Column(type, c -> c.place() == null ? null : value.apply(c));
        }

        private static Object events(ClipOutcome clip) {
            if (clip.place() == null) {
                return null;
            }
            List<Row> rows = new ArrayList<>();
            for (DetectedEvent e : clip.events()) {
                rows.add(RowFactory.create(
                        e.label(),
                        e.onset(),
                        e.offset(),
                        e.low(),
                        e.high(),
                        e.score(),
                        e.peak(),
                        clip.place().iso(e.onset()),
                        clip.place().iso(e.offset())));
            }
            return rows.toArray(Row[]::new);
        }

        private static Double finite(double value) {
            return Double.isFinite(value) ? value : null;
        }

        private static Integer channel(int channel) {
            return channel == Mixdown.MEAN ? null : channel;
        }

        private static Integer padding(TokenMap map) {
            return map == null || map.padding() == TokenMap.UNKNOWN ? null : map.padding();
        }

        private static String problems(TimeAndPlace place) {
            return place.problems().isEmpty() ? null : String.join("; ", place.problems());
        }
    }
}
