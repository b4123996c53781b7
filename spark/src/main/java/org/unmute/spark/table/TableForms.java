package org.unmute.spark.table;

import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BOOLEAN;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.DOUBLE;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.FLOAT;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT32;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT64;

import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;
import org.unmute.audio.playback.Mixdown;
import org.unmute.models.encoder.TokenMap;
import org.unmute.spark.plan.ClipOrigin;

/** The columns of the index and of the table of events. */
public final class TableForms {
    public static final String CLIP = "clip";
    public static final String PATH = "path";
    public static final String ROOT = "root";
    public static final String START = "start";
    public static final String END = "end";
    public static final String LABELS = "labels";
    public static final String SPLIT = "split";
    public static final String STAMP = "stamp";
    public static final String SHA256 = "sha256";
    public static final String SHARD = "shard";
    public static final String ERROR = "error";
    public static final String SITE = "site";

    /** The index has one row for each clip. A null {@code end} means the end of the file. */
    public static final MessageType INDEX = Types.buildMessage()
            .addFields(
                    text(true, CLIP),
                    text(true, PATH),
                    text(false, ROOT),
                    Types.required(DOUBLE).named(START),
                    Types.optional(DOUBLE).named(END),
                    text(false, LABELS),
                    text(false, SPLIT),
                    text(false, STAMP),
                    text(false, SHA256),
                    text(false, SHARD),
                    Types.optional(INT64).named("offset"),
                    Types.required(INT32).named("time"),
                    Types.required(INT32).named("freq"),
                    Types.required(INT32).named("dim"),
                    Types.required(BOOLEAN).named("cls"),
                    Types.optional(INT32).named("padding"),
                    vector("pooled"),
                    vector("scores"),
                    vector("raw_scores"),
                    text(false, ERROR),
                    text(false, "begin_datetime"),
                    text(false, "end_datetime"),
                    text(false, SITE),
                    Types.optional(DOUBLE).named("latitude"),
                    Types.optional(DOUBLE).named("longitude"),
                    text(false, "place_problems"))
            .named("index");

    public static final MessageType EVENTS = Types.buildMessage()
            .addFields(
                    text(true, CLIP),
                    text(true, PATH),
                    text(true, "label"),
                    Types.required(DOUBLE).named("onset"),
                    Types.required(DOUBLE).named("offset"),
                    Types.required(DOUBLE).named("low"),
                    Types.required(DOUBLE).named("high"),
                    Types.required(DOUBLE).named("score"),
                    Types.required(DOUBLE).named("peak"),
                    text(false, "begin_datetime"),
                    text(false, "end_datetime"),
                    text(false, SITE),
                    Types.optional(DOUBLE).named("latitude"),
                    Types.optional(DOUBLE).named("longitude"),
                    Types.optional(INT32).named("channel"))
            .named("events");

    private TableForms() {}

    private static Type text(boolean required, String name) {
        return (required ? Types.required(BINARY) : Types.optional(BINARY))
                .as(stringType())
                .named(name);
    }

    private static Type vector(String name) {
        return Types.optionalList().requiredElement(FLOAT).named(name);
    }

    /** Converts rows of the index. */
    public static RowForm<ClipRow> index() {
        return new RowForm<>(INDEX) {
            @Override
            void columns(ClipRow row) {
                ClipOrigin origin = row.origin();
                text(origin.clip());
                text(origin.path());
                text(origin.root());
                number(origin.start(), true);
                number(origin.end(), origin.end() < Double.POSITIVE_INFINITY);
                text(origin.labels());
                text(origin.split());
                text(origin.stamp());
                text(row.sha256());
                StoredTokens tokens = row.tokens();
                text(tokens.shard());
                whole(tokens.offset(), tokens.offset() >= 0);
                whole(tokens.time());
                whole(tokens.freq());
                whole(tokens.dim());
                truth(tokens.cls());
                whole(tokens.padding(), tokens.padding() >= 0);
                vector(row.pooled());
                vector(row.scores() == null ? null : row.scores().scores());
                vector(row.scores() == null ? null : row.scores().raw());
                text(row.error());
                placed(row.where());
                text(row.oddities());
            }

            @Override
            public ClipRow row(Group row) {
                return new ClipRow(
                        new ClipOrigin(
                                row.getString(CLIP, 0),
                                row.getString(PATH, 0),
                                TableForms.text(row, ROOT),
                                row.getDouble(START, 0),
                                TableForms.number(row, END, Double.POSITIVE_INFINITY),
                                TableForms.text(row, LABELS),
                                TableForms.text(row, SPLIT),
                                TableForms.text(row, STAMP)),
                        TableForms.text(row, SHA256),
                        new StoredTokens(
                                TableForms.text(row, "shard"),
                                has(row, "offset") ? row.getLong("offset", 0) : -1,
                                row.getInteger("time", 0),
                                row.getInteger("freq", 0),
                                row.getInteger("dim", 0),
                                row.getBoolean("cls", 0),
                                has(row, "padding") ? row.getInteger("padding", 0) : TokenMap.UNKNOWN),
                        TableForms.vector(row, "pooled"),
                        scores(row),
                        TableForms.text(row, ERROR),
                        TableForms.where(row),
                        TableForms.text(row, "place_problems"));
            }
        };
    }

    /** Converts rows of the table of events. */
    public static RowForm<DetectedEvent> events() {
        return new RowForm<>(EVENTS) {
            @Override
            void columns(DetectedEvent event) {
                text(event.clip());
                text(event.path());
                text(event.label());
                number(event.onset(), true);
                number(event.offset(), true);
                number(event.low(), true);
                number(event.high(), true);
                number(event.score(), true);
                number(event.peak(), true);
                placed(event.where());
                whole(event.channel(), event.channel() != Mixdown.MEAN);
            }

            @Override
            public DetectedEvent row(Group row) {
                return new DetectedEvent(
                        row.getString(CLIP, 0),
                        row.getString(PATH, 0),
                        row.getString("label", 0),
                        row.getDouble("onset", 0),
                        row.getDouble("offset", 0),
                        row.getDouble("low", 0),
                        row.getDouble("high", 0),
                        row.getDouble("score", 0),
                        row.getDouble("peak", 0),
                        TableForms.where(row),
                        has(row, "channel") ? row.getInteger("channel", 0) : Mixdown.MEAN);
            }
        };
    }

    /** Whether a row has a value; parts of earlier versions have fewer columns. */
    private static boolean has(Group row, String column) {
        return row.getType().containsField(column) && row.getFieldRepetitionCount(column) > 0;
    }

    /** A string of a row; null if there is none. */
    public static String text(Group row, String column) {
        return has(row, column) ? row.getString(column, 0) : null;
    }

    /** A number of a row, or {@code otherwise} if there is none. */
    public static double number(Group row, String column, double otherwise) {
        return has(row, column) ? row.getDouble(column, 0) : otherwise;
    }

    private static WhenAndWhere where(Group row) {
        return new WhenAndWhere(
                text(row, "begin_datetime"),
                text(row, "end_datetime"),
                text(row, SITE),
                number(row, "latitude", Double.NaN),
                number(row, "longitude", Double.NaN));
    }

    private static ScoreVectors scores(Group row) {
        float[] scores = vector(row, "scores");
        return scores == null ? null : new ScoreVectors(scores, vector(row, "raw_scores"));
    }

    private static float[] vector(Group row, String column) {
        if (!has(row, column)) {
            return null;
        }
        Group list = row.getGroup(column, 0);
        float[] values = new float[list.getFieldRepetitionCount(0)];
        for (int i = 0; i < values.length; i++) {
            values[i] = list.getGroup(0, i).getFloat(0, 0);
        }
        return values;
    }
}
