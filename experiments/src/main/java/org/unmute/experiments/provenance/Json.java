package org.unmute.experiments.provenance;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;

/** The JSON format of this program's files: indented, in insertion order, numbers in full precision. */
public final class Json {
    /** Jackson's mapper for writing and reading. */
    public static final ObjectMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private Json() {}

    /** A number, or null, which JSON has in place of NaN and infinities. */
    public static Double finite(double x) {
        return Double.isFinite(x) ? x : null;
    }
}
