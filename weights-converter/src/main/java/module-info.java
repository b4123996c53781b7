/** Checkpoints of the original authors in, safetensors with canonical names out. */
module org.unmute.convert {
    requires transitive org.unmute.tensor;

    exports org.unmute.convert;
}
