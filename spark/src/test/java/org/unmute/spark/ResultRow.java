package org.unmute.spark;

import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** A row of results, whose columns tests ask for by methods. */
record ResultRow(Row row) {
    static List<ResultRow> all(Dataset<Row> rows) {
        return rows.collectAsList().stream().map(ResultRow::new).toList();
    }

    String path() {
        return row.getAs("path");
    }

    String error() {
        return row.getAs("error");
    }

    <T> T get(String column) {
        return row.getAs(column);
    }

    /** A column of floats; null if it is null. */
    float[] floats(String column) {
        List<Float> list = row.isNullAt(row.fieldIndex(column)) ? null : row.getList(row.fieldIndex(column));
        if (list == null) {
            return null;
        }
        float[] values = new float[list.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = list.get(i);
        }
        return values;
    }

    List<ResultRow> events() {
        return row.<Row>getList(row.fieldIndex("events")).stream()
                .map(ResultRow::new)
                .toList();
    }
}
