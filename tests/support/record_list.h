/* record_list.h: the record types that are written whole: to files, topics and the journal. */
#ifndef ASSAY_TESTS_SUPPORT_RECORD_LIST_H
#define ASSAY_TESTS_SUPPORT_RECORD_LIST_H

#include "record/event.h"
#include "record/gold.h"
#include "record/prediction.h"
#include "record/trial.h"

static const struct record_type *const whole_records[] = {
    &event_envelope_type, &gold_conversation_type,  &prediction_type,
    &trial_type,          &conversation_facts_type,
};
enum { WHOLE_RECORDS = sizeof whole_records / sizeof *whole_records };

#endif
