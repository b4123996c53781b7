/** The unmute command. */
module org.unmute.cli {
    requires org.unmute.probes;
    requires org.unmute.convert;
}
