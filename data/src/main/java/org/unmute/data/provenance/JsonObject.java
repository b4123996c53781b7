package org.unmute.data.provenance;

import java.util.LinkedHashMap;

/** A JSON object to be written, with its fields in the order in which they were added. */
public final class JsonObject extends LinkedHashMap<String, Object> {
    private static final long serialVersionUID = 1;

    /** An object without fields. */
    public JsonObject() {}

    /** Adds a field. */
    public JsonObject with(String name, Object value) {
        put(name, value);
        return this;
    }
}
