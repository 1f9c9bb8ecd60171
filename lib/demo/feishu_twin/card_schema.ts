/** The properties that every component may have. */
const COMMON_PROPERTIES = ["tag", "element_id", "margin"];

const CONTAINER =
  "direction padding horizontal_spacing horizontal_align vertical_spacing vertical_align elements";
const PICKER = "name required disabled placeholder width value behaviors confirm";

const table: Readonly<Record<string, string>> = {
  plain_text: "content i18n_content text_size text_align text_color lines",
  lark_md: "content i18n_content text_size text_align text_color lines icon",
  standard_icon: "token color size",
  custom_icon: "img_key size",
  text_tag: "text color i18n_text",
  markdown: "content i18n_content text_align text_size text_color icon",
  div: "text icon width",
  hr: "",
  img: "img_key alt title corner_radius scale_type size transparent preview",
  img_combination: "combination_mode corner_radius combination_transparent img_list",
  person: "user_id size show_avatar show_name style",
  person_list: "persons lines size show_avatar show_name drop_invalid_user_id icon ud_icon",
  chart: "chart_spec aspect_ratio color_theme preview height",
  table: "page_size row_height row_max_height freeze_first_column header_style columns rows",
  audio: "file_key audio_id time style width fill_color",
  button: "type size width text icon hover_tips disabled disabled_tips confirm behaviors name " +
    // Of buttons of 1.0; it does nothing in 2.0 (xvirobotics/metabot#240).
    "required form_action_type value",
  input: "name required disabled placeholder default_value width max_length input_type show_icon " +
    "rows auto_resize max_rows label label_position value behaviors confirm fallback",
  select_static: `type options initial_option initial_index ${PICKER}`,
  multi_select_static: `type options selected_values ${PICKER}`,
  select_person: `type options initial_option ${PICKER}`,
  multi_select_person: `type options selected_values ${PICKER}`,
  select_img: "name required disabled multi_select layout style can_preview aspect_ratio " +
    "disabled_tips options selected_values value behaviors",
  date_picker: `initial_date ${PICKER}`,
  picker_time: `initial_time ${PICKER}`,
  picker_datetime: `initial_datetime ${PICKER}`,
  overflow: "width options value behaviors confirm disabled disabled_tips",
  checker: "name checked text overall_checkable button_area checked_style disabled " +
    "disabled_tips hover_tips padding confirm behaviors",
  column_set: "flex_mode background_style horizontal_spacing horizontal_align columns action",
  column: `background_style width weight action ${CONTAINER}`,
  form: `name confirm ${CONTAINER}`,
  collapsible_panel: `expanded background_color header border ${CONTAINER}`,
  interactive_container: "width height background_style has_border border_color corner_radius " +
    `behaviors hover_tips disabled disabled_tips confirm ${CONTAINER}`,
};

/**
 * The properties of each component of card JSON 2.0. Any other property is an error
 * (Feishu docs: card-json-v2-breaking-changes and the component pages).
 */
export const COMPONENT_PROPERTIES: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(table).map(([tag, names]) => [
    tag,
    new Set([...COMMON_PROPERTIES, ...names.split(" ")]),
  ]),
);

/** The properties of the other objects of a card. */
export const OBJECT_PROPERTIES = {
  root: new Set(["schema", "config", "card_link", "header", "body"]),
  config: new Set([
    ..."streaming_mode streaming_config summary locales enable_forward update_multi width_mode"
      .split(" "),
    ..."use_custom_translation enable_forward_interaction style".split(" "),
    // Of cards of 1.0. It has no effect in 2.0, and many public bots send it (larksuite/openclaw-lark#487).
    "wide_screen_mode",
  ]),
  header: new Set(
    "title subtitle text_tag_list i18n_text_tag_list template icon padding".split(" "),
  ),
  body: new Set(CONTAINER.split(" ")),
  panelHeader: new Set(
    "title background_color vertical_align padding position width icon icon_position icon_expanded_angle"
      .split(" "),
  ),
} as const;

/** The values that `header.template` may have. */
export const HEADER_TEMPLATES: ReadonlySet<string> = new Set(
  "blue wathet turquoise green yellow orange red carmine violet purple indigo grey default"
    .split(" "),
);

/** The components that a form submits. Their `name` must be unique. */
export const FORM_FIELDS: ReadonlySet<string> = new Set(
  ("input select_static multi_select_static select_person multi_select_person select_img " +
    "date_picker picker_time picker_datetime checker button").split(" "),
);
